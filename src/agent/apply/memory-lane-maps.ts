/** The lane tables in memory: for tests. */
import type { LaneMaps, LanePod } from './lane-tables.ts';
import type { VipAddress } from './maps.ts';
import type { Run } from './ranges.ts';

export function memoryLaneMaps(size: number): LaneMaps {
  const ports = new Map<string, readonly [VipAddress, number]>();
  const lanes = new Map<number, Run>();
  const pods = new Map<number, LanePod>();
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
    setSegmentLimit: () => undefined,
  };
}
