/** Every path, round by round and one after the other in each round, with the same fixed work. */
import { cpus } from 'node:os';
import type { Paths, PathSeries } from '../report/results.ts';
import type { LoadReport } from '../stage/load-program.ts';
import { PATHS, type PathName } from '../stage/path-names.ts';
import type { Path } from '../stage/paths.ts';
import type { Stage } from '../stage/stage.ts';
import type { Context } from './context.ts';

const RATE = 4_000;
/** Calling addresses: each has all ports towards each target. */
const SOURCES = 20_000;

interface Work {
  readonly requests: number;
  readonly connections: number;
  /** Of each of four connections. */
  readonly bytes: number;
  readonly seconds: number;
}

const WORK: Work = { requests: 60_000, connections: 8_000, bytes: 250_000_000, seconds: 2 };
const QUICK_WORK: Work = { requests: 10_000, connections: 1_500, bytes: 30_000_000, seconds: 1 };
/** A handshake with two certificates takes so much longer that the rest of the work would last for minutes. */
const HANDSHAKES = 0.2;

function wordsOf({ requests, connections, bytes, seconds }: Work, path: PathName) {
  return {
    requests: `requests connections=64 count=${requests}`,
    connections: `connections connections=64 count=${connections * (path === 'haproxy-tls' ? HANDSHAKES : 1)}`,
    throughput: `stream connections=4 bytes=${bytes}`,
    paced: `paced connections=16 rate=${RATE} seconds=${seconds}`,
  };
}

type Filled = { -readonly [K in keyof PathSeries]: PathSeries[K] extends number ? number : (number | null)[] };

export async function measurePaths(context: Context): Promise<Paths> {
  const stage = await context.stage();
  for (const complaint of stage.complaints) context.failed[`paths: ${complaint.slice(0, 60)}`] = complaint;
  const series = Object.fromEntries(PATHS.map((name) => [name, empty()])) as Record<PathName, Filled>;
  const { rounds } = context.size;
  for (let round = 0; round < rounds; round++) {
    await context.look();
    for (const path of turned(stage.paths, round)) {
      context.say(`paths, round ${round + 1} of ${rounds}: ${path.name}`);
      await measureOne(context, stage, path, series[path.name]);
    }
  }
  return { rounds, rate: RATE, of: series };
}

/** Nobody is always the first. */
function turned<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

function empty(): Filled {
  const none = () => [] as (number | null)[];
  return {
    requests: none(),
    connections: none(),
    throughput: none(),
    p50: none(),
    p90: none(),
    p99: none(),
    p999: none(),
    cpu: none(),
    idle: none(),
    tool: none(),
    refused: 0,
  };
}

async function measureOne(context: Context, stage: Stage, path: Path, into: Filled): Promise<void> {
  const work = wordsOf(context.size.quick ? QUICK_WORK : WORK, path.name);
  const where = path.hooked ? stage.hooked : stage.plain;
  const measure = (kind: keyof typeof work) => {
    const words = `${work[kind]} to=${path.to.join(',')} from=${path.from} sources=${SOURCES} timeout=60`;
    return context.attempt(`paths: ${path.name}, ${kind}`, () => stage.load.measure(words, where));
  };
  const requests = await measure('requests');
  into.requests.push(rate(requests));
  into.idle.push(requests && requests.idleNs / (requests.wallNs * cpus().length));
  into.tool.push(requests && (requests.userUs * 1000) / requests.busyNs);
  const connections = await measure('connections');
  into.connections.push(connections && connections.done > 0 ? rate(connections) : null);
  into.refused += connections?.failed ?? 0;
  const stream = rate(await measure('throughput'));
  into.throughput.push(stream && stream * 8);
  noteLatency(await measure('paced'), into);
}

function noteLatency(paced: LoadReport | null, into: Filled): void {
  const us = (ns: number | undefined) => (ns === undefined ? null : ns / 1000);
  for (const name of ['p50', 'p90', 'p99', 'p999'] as const) into[name].push(us(paced?.latencyNs?.[name]));
  into.cpu.push(paced && paced.busyNs / paced.done / 1000);
}

function rate(report: LoadReport | null): number | null {
  return report && (report.done / report.wallNs) * 1e9;
}
