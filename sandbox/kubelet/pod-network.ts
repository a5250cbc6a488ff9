/** A pod's network: a namespace, a link to its node's bridge, an address out of each of the node's ranges. */
import { addressAt, cidr, formatIp, ip, type Range } from '#kit/index.ts';
import { createNamespaces, deleteNamespaces, ipBatch, namespaceExists } from '#host/index.ts';
import type { NodeConfig } from './config.ts';

/** `<sandbox>-pod-<first 8 hex digits of the uid>`, which are random in themselves. */
export function podNamespace(sandbox: string, uid: string): string {
  return `${sandbox}-pod-${short(uid)}`;
}

function short(uid: string): string {
  return uid.slice(0, 8);
}

export async function makePodNetwork(
  netns: string,
  uid: string,
  addresses: readonly string[],
  node: NodeConfig,
): Promise<void> {
  // Left behind by a start that was cut short.
  if (namespaceExists(netns)) await deleteNamespaces([netns]);
  await createNamespaces([netns]);
  const link = `pod${short(uid)}`;
  const ranges = node.podRanges.map(cidr);
  await ipBatch([`link add name eth0 netns ${netns} type veth peer name ${link} netns ${node.namespace}`]);
  await Promise.all([
    ipBatch([`link set ${link} master ${node.bridge} up`], { namespace: node.namespace }),
    ipBatch(
      [
        'link set lo up',
        ...addresses.map((address, i) => addressLine(address, ranges[i])),
        'link set eth0 up',
        ...ranges.map((range) => `route add default via ${formatIp(addressAt(range, 1))}`),
      ],
      { namespace: netns },
    ),
  ]);
}

/** The link goes with the namespace. */
export async function removePodNetwork(netns: string): Promise<void> {
  await deleteNamespaces([netns]);
}

/** The node gives each IPv6 address once: no pod waits a second to see whether another has it. */
function addressLine(address: string, range: Range | undefined): string {
  return `addr add ${address}/${range?.prefixLength} dev eth0${range?.family === 'IPv6' ? ' nodad' : ''}`;
}

export interface AddressPool {
  /** @returns one address of each range @throws Error when all are taken */
  take(): readonly string[];
  /** They were taken before (adoption). */
  claim(addresses: readonly string[]): void;
  release(addresses: readonly string[]): void;
}

/** So many pods as one node will ever have, where a range has room for more. */
const MOST = 65_000;

/** A pod has the same place in every range. Places come round robin: one that was just given back is taken last, as somebody may still call it. */
export function addressPool(podRanges: readonly string[]): AddressPool {
  const ranges = podRanges.map(cidr);
  const first = 2;
  const count = Math.min(MOST, ...ranges.map(({ size }) => Number(size) - 3));
  const taken = new Set<number>();
  let next = 0;
  const placeOf = ([address = '']: readonly string[]) => Number(ip(address) - (ranges[0]?.base ?? 0n));
  return {
    take() {
      for (let i = 0; i < count; i += 1) {
        const place = first + ((next + i) % count);
        if (taken.has(place)) continue;
        next = (next + i + 1) % count;
        taken.add(place);
        return ranges.map((range) => formatIp(addressAt(range, place)));
      }
      throw new Error(`all ${count} addresses of ${podRanges.join(' and ')} are taken`);
    },
    claim: (addresses) => void taken.add(placeOf(addresses)),
    release: (addresses) => void taken.delete(placeOf(addresses)),
  };
}
