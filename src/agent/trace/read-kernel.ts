/** What the kernel holds for one called address, read from the pins: the agent may be running or not. */
import type { KernelService, KernelTier } from '#explain/index.ts';
import { type Address, formatIp } from '#kit/index.ts';
import { ClusterFlag, openPinnedMap, openTable, tables } from '#kernel/index.ts';
import { ClusterIndex } from '../apply/cluster-index.ts';
import { connectMaps } from '../apply/kernel-maps.ts';
import type { ConnectMaps, VipAddress } from '../apply/maps.ts';
import { numbers, readBackends } from '../apply/placement.ts';

/** @throws `kernel/pinned-map` when no agent has run with these pins */
export function pinnedConnectMaps(pinDir: string, stateDir: string, self: string): ConnectMaps {
  // A descriptor for reading cannot be shared into memory (mmap takes MAP_SHARED away from it); the mapping itself is for reading.
  const map = (name: string) => openPinnedMap(`${pinDir}/maps/${name}`, 'write');
  return connectMaps({ map }, new ClusterIndex(`${stateDir}/clusters.json`, self), 'read');
}

/** Seconds until a backend takes connections again; undefined when it does. */
export type Ejections = (address: Address, port: number, group: number) => number | undefined;

export function pinnedEjections(pinDir: string): Ejections {
  const health = openTable(pinDir, tables.health);
  return (addr, port, group) => {
    const left = Number((health.get({ addr, port, group })?.until ?? 0n) - process.hrtime.bigint()) / 1e9;
    return left > 0 ? Math.round(left * 10) / 10 : undefined;
  };
}

/** Why no new connection goes to a cluster, by its name; undefined where they do. */
export type Closed = (cluster: string) => string | undefined;

export function pinnedClosed(pinDir: string, stateDir: string, self: string): Closed {
  const flags = openTable(pinDir, tables.clusters);
  const index = new ClusterIndex(`${stateDir}/clusters.json`, self);
  return (cluster) => {
    const number = index.names().indexOf(cluster);
    return number > 0 && (flags.get(number) ?? 0) & ClusterFlag.Down ? 'does not answer probes' : undefined;
  };
}

/** Undefined when the kernel does not know the address and port. */
export function readKernelService(
  maps: ConnectMaps,
  { ejections, closed }: Seen,
  vip: VipAddress,
): KernelService | undefined {
  const entry = [...maps.vips.entries()].find(([key]) => sameAddress(key, vip));
  if (!entry) return undefined;
  const [, index] = entry;
  return { index, tiers: numbers(maps.services.get(index)).map((at) => readTier(maps, { ejections, closed }, at)) };
}

interface Seen {
  readonly ejections: Ejections;
  readonly closed: Closed;
}

function readTier(maps: ConnectMaps, { ejections, closed }: Seen, at: number): KernelTier {
  const slots = numbers(maps.tiers.get(at)).map((slot) => maps.shares.get(slot));
  const groups = [...new Set(slots)].map((group) => {
    const backends = readBackends(maps, maps.groups.get(group));
    const why = backends[0] && closed(backends[0].cluster);
    return {
      group,
      ...(why !== undefined && { closed: why }),
      slots: slots.filter((slot) => slot === group).length,
      ...(backends[0] && { cluster: backends[0].cluster }),
      backends: backends.map(({ address, port }) => {
        const ejectedSeconds = ejections(address, port, group);
        return { address: formatIp(address), port, ...(ejectedSeconds !== undefined && { ejectedSeconds }) };
      }),
    };
  });
  return { shares: groups };
}

function sameAddress(a: VipAddress, b: VipAddress): boolean {
  return a.address === b.address && a.port === b.port && a.protocol === b.protocol;
}
