import type { ClusterIndex } from '../apply/cluster-index.ts';
import type { PlacedEntry } from '../duties/connect.ts';
import type { OpenConnection } from './model.ts';

/** What the kernel gave to a socket, by its numbers. */
export interface GivenNumbers {
  readonly service: number;
  readonly cluster: number;
}

/** The same with their names. @param self name of the own cluster */
export function whatIsOpen<T extends GivenNumbers>(
  given: readonly T[],
  placed: Iterable<PlacedEntry>,
  clusters: Pick<ClusterIndex, 'nameOf'>,
  self: string,
): (OpenConnection & { readonly socket: T })[] {
  const services = new Map([...placed].map((entry) => [entry.index, entry]));
  return given.map((socket) => {
    const cluster = clusters.nameOf(socket.cluster);
    const entry = services.get(socket.service);
    const leadsThere = [...(entry?.clusters.values() ?? [])].includes(cluster);
    return {
      socket,
      cluster,
      ...(entry?.owner?.includes('/') && { service: entry.owner }),
      // Elsewhere a pod or a gateway that is called by its own address is what the cluster will no longer have.
      stays: cluster === self && leadsThere,
    };
  });
}
