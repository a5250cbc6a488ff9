/** What a seed means: how large the set is, what happens in it, and when it is left alone. */
import type { PolicySpec } from '#plan/index.ts';
import { type Random, seeded } from '../time/random.ts';
import { memberName } from '../world/world.ts';
import { serviceName } from './pods.ts';
import type { Deed, Fault, Step } from './step.ts';

export interface Scenario {
  readonly seed: string;
  readonly members: number;
  readonly services: readonly string[];
  readonly nodes: number;
  readonly replicas: number;
  readonly lanePorts: { readonly first: number; readonly last: number };
  /** Members that speak as an earlier version did. */
  readonly earlier: readonly string[];
  /** Nothing goes wrong: then no call may be refused either. */
  readonly calm: boolean;
  /** When faults and deeds end, milliseconds. */
  readonly endsAt: number;
  readonly steps: readonly Step[];
}

export interface Size {
  readonly members?: number;
  readonly services?: number;
}

const BEGINS_MS = 2_000;
const CALM = 0.15;
/** Of one service, however large the set. */
const EXPORTERS = 3;

export function scenarioOf(seed: string, size: Size = {}): Scenario {
  const random = seeded(`scenario ${seed}`);
  const members = size.members ?? (random.chance(0.6) ? 2 : 3);
  const count = size.services ?? 2 + random.below(3);
  const services = Array.from({ length: count }, (_, i) => serviceName(i));
  const names = Array.from({ length: members }, (_, i) => memberName(i));
  const calm = random.chance(CALM);
  const endsAt = BEGINS_MS + Math.round(random.between(10_000, 30_000));
  const replicas = random.chance(0.25) ? 2 : 1;
  const nodes = random.chance(0.25) ? 2 : 1;
  const drawn: Drawn = { random: random.fork('steps'), names, services, replicas, nodes, endsAt };
  const steps = [...deeds(drawn), ...(calm ? [] : possible(faults(drawn)))].toSorted((a, b) => a.at - b.at);
  // Few lane ports, and enough for both ports of each service: numbers come back soon.
  const lanes = Math.max(count + 3, 2 * count - 1) + random.below(4);
  return {
    seed,
    members,
    services,
    nodes,
    replicas,
    lanePorts: { first: 20_000, last: 20_000 + lanes },
    earlier: !calm && random.chance(0.15) ? [random.pick(names)] : [],
    calm,
    endsAt,
    steps,
  };
}

interface Drawn {
  readonly random: Random;
  readonly names: readonly string[];
  readonly services: readonly string[];
  readonly replicas: number;
  readonly nodes: number;
  readonly endsAt: number;
}

function times({ random, endsAt }: Drawn, count: number): number[] {
  return Array.from({ length: count }, () => Math.round(random.between(BEGINS_MS, endsAt)));
}

/** Something is exported from the start, or there would be nothing to lose. */
function deeds(drawn: Drawn): Deed[] {
  const { random, names, services, endsAt } = drawn;
  const first = services.flatMap((service) =>
    names.flatMap((cluster): Deed[] =>
      random.chance(Math.min(0.6, EXPORTERS / names.length))
        ? [{ at: Math.round(random.between(200, BEGINS_MS)), ...exportDeed(random, cluster, service) }]
        : [],
    ),
  );
  const late = names.map(
    (cluster): Deed => ({
      at: Math.round(random.between(0, endsAt * 0.7)),
      do: 'make-namespace',
      cluster,
      namespace: 'late',
    }),
  );
  const count = 6 + random.below(4 * services.length);
  return [...first, ...late, ...times(drawn, count).map((at): Deed => ({ at, ...deed(drawn) }))];
}

type Undated<T> = T extends unknown ? Omit<T, 'at'> : never;

function deed({ random, names, services }: Drawn): Undated<Deed> {
  const cluster = random.pick(names);
  const service = random.pick(services);
  const kinds: readonly [number, () => Undated<Deed>][] = [
    [30, () => ({ do: 'ready', cluster, service, ...counts(random) })],
    [16, () => exportDeed(random, cluster, service)],
    [14, () => ({ do: 'unexport', cluster, service })],
    [8, () => ({ do: 'export-again', cluster, service })],
    [6, () => ({ do: 'delete-service', cluster, service })],
    [12, () => ({ do: 'policy', cluster, service, spec: policy(random, names) })],
    [4, () => ({ do: 'no-policy', cluster, service })],
    [3, () => ({ do: 'delete-namespace', cluster, namespace: 'late' })],
    [3, () => ({ do: 'make-namespace', cluster, namespace: 'late' })],
    [4, () => ({ do: 'drain', cluster, on: random.chance(0.5) })],
  ];
  return weighted(random, kinds)();
}

function exportDeed(random: Random, cluster: string, service: string): Undated<Extract<Deed, { do: 'export' }>> {
  return { do: 'export', cluster, service, sticky: random.chance(0.3), ...counts(random) };
}

function counts(random: Random) {
  const total = 1 + random.below(4);
  return { total, ready: random.chance(0.6) ? total : random.below(total + 1) };
}

function policy(random: Random, names: readonly string[]): PolicySpec {
  const targets = names
    .filter(() => random.chance(0.8))
    .map((clusterKey) => ({
      clusterKey,
      weight: random.chance(0.1) ? 0 : 1 + random.below(random.pick([10, 200, 10_000])),
    }));
  const lbType = random.pick(['Locality', 'FailOver', 'ActiveActive', 'ActiveActive'] as const);
  return { lbType, targets: lbType === 'Locality' ? targets.slice(0, 1) : targets };
}

function faults(drawn: Drawn): Fault[] {
  const { random, endsAt } = drawn;
  const count = 1 + random.below(7);
  return times(drawn, count).flatMap((at) => {
    const ms = Math.round(
      Math.min(endsAt - at, random.chance(0.7) ? random.between(200, 6_000) : random.between(6_000, 25_000)),
    );
    const one = fault(drawn, ms);
    // A backup is older than what happens until it is needed.
    const before: Fault[] =
      one.do === 'restore-hub' ? [{ at: Math.round(random.between(BEGINS_MS, at)), do: 'back-up-hub', ms: 0 }] : [];
    return [...before, { at, ...one }];
  });
}

const LOSES_NAMES = new Set<string>(['empty-hub', 'wipe-hub-objects', 'restore-hub']);

/**
 * On a hub that has lost who a name belongs to, whoever comes first has it: nothing can tell the two apart then. And what its admin
 * wrote of a member is lost when the hub and the member, whose mirror has it, are made anew together.
 */
function possible(drawn: readonly Fault[]): readonly Fault[] {
  const loses = drawn.some((one) => LOSES_NAMES.has(one.do));
  const rebuilt = drawn.some((one) => one.do === 'rebuild');
  return drawn.filter((one) => !(one.do === 'impostor' && (loses || rebuilt)) && !(one.do === 'rebuild' && loses));
}

function fault({ random, names, replicas, nodes }: Drawn, ms: number): Undated<Fault> {
  const cluster = random.pick(names);
  const identity = `member-${random.below(replicas)}`;
  const node = random.below(nodes);
  const server = random.pick([...names, 'hub', 'hub']);
  const kinds: readonly [number, () => Undated<Fault>][] = [
    [14, () => ({ do: 'cut-hub', cluster, ms })],
    [5, () => ({ do: 'cut-local', cluster, identity, ms })],
    [8, () => ({ do: 'break-requests', cluster, share: random.between(0.05, 0.4), ms })],
    [6, () => ({ do: 'slow', cluster, factor: random.pick([20, 100, 400]), ms })],
    [12, () => ({ do: 'kill-member', cluster, identity, ms })],
    [4, () => ({ do: 'end-member', cluster, identity, ms })],
    [6, () => ({ do: 'stall-member', cluster, identity, ms })],
    [8, () => ({ do: 'kill-agent', cluster, node, ms })],
    [3, () => ({ do: 'stall-agent', cluster, node, ms })],
    [3, () => ({ do: 'reboot-node', cluster, node, ms })],
    [3, () => ({ do: 'kill-hub', ms })],
    [8, () => ({ do: 'crash-server', server, ms })],
    [8, () => ({ do: 'empty-hub', ms: Math.min(ms, 5_000) })],
    [4, () => ({ do: 'wipe-hub-objects', ms: 0 })],
    [9, () => ({ do: 'restore-hub', ms: Math.min(ms, 5_000) })],
    [8, () => ({ do: 'cut-watches', server, share: random.between(0.1, 1), forget: random.chance(0.5), ms: 0 })],
    [8, () => ({ do: 'jump-clock', cluster, byMs: jump(random), ms: 0 })],
    [3, () => ({ do: 'rebuild', cluster, ms: Math.min(ms, 4_000) })],
    [3, () => ({ do: 'impostor', cluster, ms })],
  ];
  return weighted(random, kinds)();
}

/** Some are far enough for what rests by the clock to be over at once. */
function jump(random: Random): number {
  return Math.round(random.pick([-5_000, -600_000, 30_000, 700_000, 4_000_000, 8_000_000]) * random.between(0.5, 1.2));
}

function weighted<T>(random: Random, items: readonly (readonly [weight: number, item: T])[]): T {
  let left = random.next() * items.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, item] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  throw new Error('weights of nothing');
}
