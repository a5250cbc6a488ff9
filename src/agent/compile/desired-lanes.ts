/** The lanes of this cluster as they are at each address of one of its gateways. Pure. */
import { type Address, familyOf, ip } from '#kit/index.ts';
import type { Lane } from '#plan/index.ts';
import type { DesiredLane } from '../apply/lane-tables.ts';

export function desiredLanes(addresses: readonly Address[], lanes: readonly Lane[]): DesiredLane[] {
  return addresses.flatMap((address) => lanes.map((lane) => laneAt(address, lane)));
}

/** A lane as it is at one address of the gateway: to the pods of that family. */
function laneAt(address: Address, { lanePort, protocol, pods, keepsCallers }: Lane): DesiredLane {
  const all = pods.map((pod) => ({ address: ip(pod.address), port: pod.port }));
  return {
    address,
    port: lanePort,
    protocol: protocol === 'UDP' ? 'UDP' : 'TCP',
    pods: all.filter((pod) => familyOf(pod.address) === familyOf(address)),
    affinity: keepsCallers,
  };
}
