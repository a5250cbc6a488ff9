/** Where a path of ours is worse than the limit or a peer, by more than the rounds differ among themselves. Pure. */
import { PATH_TITLES, PATHS, type PathName } from '../stage/path-names.ts';
import { digits, ratio } from './numbers.ts';
import type { PathSeries, Results } from './results.ts';
import { ratios, type Series, summarize } from './statistics.ts';

const OURS: readonly PathName[] = ['vip', 'lane', 'vip-lane'];

/** A per cent is noise on any machine. */
const WORTH_TELLING = 0.99;

const MEASURES = {
  requests: { title: 'requests/s', more: true },
  connections: { title: 'connections/s', more: true },
  throughput: { title: 'throughput', more: true },
  cpu: { title: 'CPU for a request', more: false },
  p50: { title: 'median latency', more: false },
  p99: { title: '99th percentile of latency', more: false },
} as const;

export interface Loss {
  readonly text: string;
  /** How many times as good the other is. */
  readonly factor: number;
}

/** The worst first. */
export function lossesOf({ parts }: Results): readonly Loss[] {
  const paths = parts.paths;
  if (!paths) return [];
  const others = PATHS.filter((name) => !OURS.includes(name));
  const all = OURS.flatMap((ours) =>
    others.flatMap((other) =>
      (Object.keys(MEASURES) as (keyof typeof MEASURES)[]).flatMap((of) => lossOf(paths.of, ours, other, of) ?? []),
    ),
  );
  return all.toSorted((a, b) => b.factor - a.factor);
}

function lossOf(
  paths: Readonly<Record<PathName, PathSeries>>,
  ours: PathName,
  other: PathName,
  of: keyof typeof MEASURES,
): Loss | undefined {
  const { title, more } = MEASURES[of];
  const [own, theirs]: [Series, Series] = [paths[ours][of], paths[other][of]];
  const summary = summarize(more ? ratios(own, theirs) : ratios(theirs, own));
  if (!summary || summary.q3 >= 1 || summary.median > WORTH_TELLING) return undefined;
  const part = ratio(more ? summary.median : 1 / summary.median);
  const from = digits((1 - summary.median) * 100);
  return {
    text: `${title} of “${PATH_TITLES[ours]}” is ${part} × that of “${PATH_TITLES[other]}” (${from} % worse)`,
    factor: 1 / summary.median,
  };
}
