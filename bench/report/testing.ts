/** Results for tests: every path equally good, unless told otherwise. */
import { PATHS, type PathName } from '../stage/path-names.ts';
import type { PathSeries, Results } from './results.ts';

const EVEN: PathSeries = {
  requests: [100, 100, 100],
  connections: [10, 10, 10],
  throughput: [1e9, 1e9, 1e9],
  p50: [100, 100, 100],
  p90: [150, 150, 150],
  p99: [200, 200, 200],
  p999: [300, 300, 300],
  cpu: [20, 20, 20],
  idle: [0, 0, 0],
  tool: [0.1, 0.1, 0.1],
  refused: 0,
};

export function testResults(
  change: Partial<Record<PathName, Partial<PathSeries>>> = {},
  more: Partial<Results> = {},
): Results {
  const of = Object.fromEntries(PATHS.map((name) => [name, { ...EVEN, ...change[name] }])) as Record<
    PathName,
    PathSeries
  >;
  return {
    version: 1,
    taken: '2026-01-02T03:04:05Z',
    commit: 'abcdef0',
    quick: false,
    seconds: 600,
    machine: {
      processor: 'a processor',
      processors: 2,
      memoryGiB: 24,
      virtual: true,
      kernel: '6.18.0',
      system: 'Debian',
      node: 'v24',
      programs: { haproxy: '2.6.12' },
    },
    load: { averageBefore: 0.1, averageAfter: 2, busyBetween: [0.01, 0.02] },
    failed: {},
    ...more,
    parts: { paths: { rounds: 3, rate: 4000, of }, ...more.parts },
  };
}
