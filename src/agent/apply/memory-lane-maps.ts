/** The lane tables in memory: for tests. */
import type { LaneMaps, LanePod } from './lane-tables.ts';
import type { VipAddress } from './maps.ts';
import type { Run } from './ranges.ts';

export interface MemoryLaneMaps extends LaneMaps {
  /** Lanes that keep their callers. */
  readonly kept: ReadonlySet<number>;
  /** Bytes by lane. */
  readonly limits: ReadonlyMap<number, number>;
}

export function memoryLaneMaps(size: number): MemoryLaneMaps {
  const ports = new Map<string, readonly [VipAddress, number]>();
  const lanes = new Map<number, Run>();
  const pods = new Map<number, LanePod>();
  const kept = new Set<number>();
  const limits = new Map<number, number>();
  const key = (vip: VipAddress) => `${vip.address}:${vip.port}/${vip.protocol}`;
  return {
    ports: {
      entries: () => ports.values(),
      put: (vip, lane) => void ports.set(key(vip), [vip, lane]),
      delete: (vip) => void ports.delete(key(vip)),
    },
    lanes: {
      size,
      get: (index) => lanes.get(index) ?? { first: 0, count: 0 },
      set: (index, run) => void lanes.set(index, run),
    },
    pods: { size, get: (index) => pods.get(index), set: (index, pod) => void pods.set(index, pod) },
    setSegmentLimit: (lane, bytes) => void limits.set(lane, bytes),
    affinity: {
      get: (lane) => kept.has(lane),
      set: (lane, yes) => void (yes ? kept.add(lane) : kept.delete(lane)),
    },
    kept,
    limits,
  };
}
