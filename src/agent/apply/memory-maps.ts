/** The connect tables in memory: for tests and rehearsals. */
import type { Address } from '#kit/index.ts';
import type { Limits } from '#kernel/index.ts';
import { type DesiredBackend, NEVER } from './desired.ts';
import type { ConnectMaps, VipAddress, WordTable } from './maps.ts';
import type { Run } from './ranges.ts';

/** Counts every store, so that a test can say what a change costs. */
export interface MemoryMaps extends ConnectMaps {
  readonly stores: Record<'vips' | 'services' | 'tiers' | 'shares' | 'groups' | 'backends', number>;
}

export function memoryMaps(size = 4096): MemoryMaps {
  const stores = { vips: 0, services: 0, tiers: 0, shares: 0, groups: 0, backends: 0 };
  const words = (table: keyof typeof stores): WordTable => {
    const runs = new Map<number, Run>();
    return {
      size,
      get: (index) => runs.get(index) ?? { first: 0, count: 0 },
      set(index, run) {
        stores[table]++;
        runs.set(index, run);
      },
    };
  };
  const addresses = new Set<Address>();
  const shares = new Uint32Array(size);
  const affinities = new Uint32Array(size);
  const limits = new Map<number, Limits>();
  const backends = new Map<number, DesiredBackend>();
  const vips = new Map<string, readonly [VipAddress, number]>();
  const key = (vip: VipAddress) => `${vip.address}:${vip.port}/${vip.protocol}`;
  return {
    stores,
    addresses: {
      entries: () => addresses,
      put: (address) => void addresses.add(address),
      delete: (address) => void addresses.delete(address),
    },
    services: words('services'),
    tiers: words('tiers'),
    groups: words('groups'),
    shares: {
      size,
      get: (index) => shares[index] ?? 0,
      set(index, group) {
        stores.shares++;
        shares[index] = group;
      },
    },
    affinities: {
      size,
      get: (index) => affinities[index] ?? 0,
      set(index, seconds) {
        affinities[index] = seconds;
      },
    },
    limits: {
      get: (index) => limits.get(index) ?? NEVER,
      set: (index, value) => void limits.set(index, value),
    },
    backends: {
      size,
      get: (index) => backends.get(index),
      set(index, backend) {
        stores.backends++;
        backends.set(index, backend);
      },
    },
    vips: {
      entries: () => vips.values(),
      put(vip, service) {
        stores.vips++;
        vips.set(key(vip), [vip, service]);
      },
      delete: (vip) => void vips.delete(key(vip)),
    },
  };
}
