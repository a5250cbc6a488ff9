/** What a node's tables lead to, walked as the kernel would. */
import { numbers, readBackends } from '#agent/index.ts';
import { formatIp } from '#kit/index.ts';
import type { SimNode } from '../world/sim-node.ts';

export interface Reached {
  /** `address:port` of what is called. */
  readonly at: string;
  readonly address: string;
  readonly port: number;
  readonly tiers: readonly ReachedTier[];
}

export interface ReachedTier {
  /** Slots by cluster. */
  readonly counts: ReadonlyMap<string, number>;
  readonly backends: readonly { readonly cluster: string; readonly address: string; readonly port: number }[];
}

export const reachedFrom = remembered(({ changes }) => changes.connect, readReached);

/** Pods behind each lane of a node, by `address:port`. */
export const lanesOf = remembered(({ changes }) => changes.lanes, readLanes);

/** What was read is good until the tables change: most nodes' do not when one's do. */
function remembered<T>(changesOf: (node: SimNode) => number, read: (node: SimNode) => T): (node: SimNode) => T {
  const known = new WeakMap<SimNode, { readonly at: number; readonly value: T }>();
  return (node) => {
    const before = known.get(node);
    if (before?.at === changesOf(node)) return before.value;
    const value = read(node);
    known.set(node, { at: changesOf(node), value });
    return value;
  };
}

function readReached({ connect }: SimNode): readonly Reached[] {
  return [...connect.vips.entries()].map(([vip, index]) => {
    const tiers = numbers(connect.services.get(index)).map((at) => tierAt(connect, at));
    const address = formatIp(vip.address);
    return { at: `${address}:${vip.port}`, address, port: vip.port, tiers };
  });
}

function tierAt(maps: SimNode['connect'], at: number): ReachedTier {
  const slots = numbers(maps.tiers.get(at)).map((slot) => maps.shares.get(slot));
  const groups = new Map([...new Set(slots)].map((group) => [group, readBackends(maps, maps.groups.get(group))]));
  const counts = new Map<string, number>();
  for (const slot of slots) {
    const cluster = groups.get(slot)?.[0]?.cluster ?? '';
    counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  }
  const backends = [...groups.values()]
    .flat()
    .map(({ cluster, address, port }) => ({ cluster, address: formatIp(address), port }));
  return { counts, backends };
}

function readLanes({
  lanes,
}: SimNode): ReadonlyMap<string, readonly { readonly address: bigint; readonly port: number }[]> {
  return new Map(
    [...lanes.ports.entries()].map(([vip, index]) => [
      `${formatIp(vip.address)}:${vip.port}`,
      numbers(lanes.lanes.get(index)).flatMap((at) => lanes.pods.get(at) ?? []),
    ]),
  );
}
