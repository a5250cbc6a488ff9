/** What a change would do to the shares: plan's answers before it beside those after it. */
import { shareCounts } from '#plan/index.ts';
import type { Load, Move, Refusal, Rehearsal, ViewedPort } from './model.ts';

export interface RehearseOptions {
  /** Percent of what the busiest endpoint gets now. */
  readonly overload: number;
}

/** @param before, after of the same clusters; a port that is in one of them only has no shares in the other */
export function rehearse(
  before: readonly ViewedPort[],
  after: readonly ViewedPort[],
  { overload }: RehearseOptions,
): Rehearsal {
  const old = new Map(before.map((port) => [keyOf(port), port]));
  const next = new Map(after.map((port) => [keyOf(port), port]));
  const pairs = [...new Set([...old.keys(), ...next.keys()])].map((key) => ({
    old: old.get(key),
    next: next.get(key),
  }));
  const moves = pairs.flatMap(movesOf);
  const loads = loadsOf(pairs, overload);
  const refused = pairs.flatMap(refusalOf);
  const said = new Set(before.flatMap(problemsOf));
  return {
    moves,
    loads,
    refused,
    problems: [...new Set(after.flatMap(problemsOf))].filter((problem) => !said.has(problem)),
    down: [...new Map(before.flatMap(downOf)).values()],
    safe: refused.length === 0 && !loads.some(({ overloaded }) => overloaded),
  };
}

interface Pair {
  readonly old: ViewedPort | undefined;
  readonly next: ViewedPort | undefined;
}

function keyOf({ consumer, namespace, name, port, protocol, calledAs }: ViewedPort): string {
  return [consumer, namespace, name, port, protocol, calledAs].join(' ');
}

function subjectOf({ namespace, name, port, protocol, calledAs }: ViewedPort) {
  return { service: `${namespace}/${name}`, port: `${port}/${protocol}`, calledAs };
}

function either({ old, next }: Pair): ViewedPort[] {
  const one = next ?? old;
  return one ? [one] : [];
}

/** Percent by cluster: the slots of the first tier in which anybody takes connections, which is where the kernel ends up. */
function percents(port: ViewedPort | undefined): ReadonlyMap<string, number> {
  const down = new Set(port?.down.map(({ cluster }) => cluster));
  const tiers = (port?.compiled.compiled ?? []).map((tier) =>
    shareCounts(tier).filter(({ cluster }) => !down.has(cluster)),
  );
  const shares = tiers.find((tier) => tier.length > 0) ?? [];
  const sum = shares.reduce((all, { weight }) => all + weight, 0);
  return new Map(shares.map(({ cluster, weight }) => [cluster, (100 * weight) / sum]));
}

function movesOf(pair: Pair): Move[] {
  const [old, next] = [percents(pair.old), percents(pair.next)];
  const clusters = [...new Set([...old.keys(), ...next.keys()])].toSorted();
  return either(pair).flatMap((port) =>
    clusters.map((cluster) => ({
      consumer: port.consumer,
      ...subjectOf(port),
      cluster,
      before: rounded(old.get(cluster) ?? 0),
      after: rounded(next.get(cluster) ?? 0),
    })),
  );
}

function refusalOf(pair: Pair): Refusal[] {
  const was = percents(pair.old).size > 0;
  if (!was || !pair.next || percents(pair.next).size > 0) return [];
  return [{ consumer: pair.next.consumer, ...subjectOf(pair.next) }];
}

/** Ports of all consumers together: they are the same endpoints. */
function loadsOf(pairs: readonly Pair[], overload: number): Load[] {
  const groups = Map.groupBy(pairs, (pair) => either(pair).map((port) => JSON.stringify(subjectOf(port)))[0] ?? '');
  return [...groups.values()].flatMap((group) => loadsOfPort(group, overload));
}

function loadsOfPort(pairs: readonly Pair[], overload: number): Load[] {
  const [subject] = pairs.flatMap(either).map(subjectOf);
  const ready = new Map(pairs.flatMap(either).flatMap((port) => [...readyIn(port)]));
  const old = perEndpoint(pairs.flatMap((pair) => pair.old ?? []));
  const next = perEndpoint(pairs.flatMap((pair) => pair.next ?? []));
  const busiest = Math.max(0, ...old.values());
  const clusters = [...new Set([...old.keys(), ...next.keys()])].toSorted();
  return clusters.flatMap((cluster) => {
    const [before, after] = [old.get(cluster) ?? 0, next.get(cluster) ?? 0];
    const overloaded = busiest > 0 && after > before && after * 100 > busiest * overload;
    const each = { before: rounded(before), after: rounded(after) };
    return subject ? [{ ...subject, cluster, ready: ready.get(cluster) ?? 0, ...each, overloaded }] : [];
  });
}

function perEndpoint(ports: readonly ViewedPort[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const port of ports) {
    const ready = readyIn(port);
    for (const [cluster, percent] of percents(port)) {
      const count = ready.get(cluster) ?? 0;
      found.set(cluster, (found.get(cluster) ?? 0) + (count > 0 ? percent / count : 0));
    }
  }
  return found;
}

/** A Service of the calling cluster may serve although it is not exported. */
function readyIn({ request: { self, exporters, localEndpoints } }: ViewedPort): ReadonlyMap<string, number> {
  const counts = new Map(exporters.map(({ cluster, ready }) => [cluster, ready]));
  if (localEndpoints && !counts.has(self)) counts.set(self, localEndpoints.ready);
  return counts;
}

function problemsOf({ namespace, name, consumer, compiled }: ViewedPort): string[] {
  return compiled.problems.map(({ message }) => `${consumer}: ${namespace}/${name}: ${message}`);
}

function downOf({ consumer, down }: ViewedPort) {
  return down.map((one) => [`${consumer} ${one.cluster}`, { consumer, ...one }] as const);
}

/** To a tenth of a percent. */
function rounded(percent: number): number {
  return Math.round(percent * 10) / 10;
}
