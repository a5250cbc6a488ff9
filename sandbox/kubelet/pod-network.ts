/** A pod's network: a namespace, a link to its node's bridge, an address of the node's range. */
import { addressAt, cidr, formatIp } from '#kit/index.ts';
import { createNamespaces, deleteNamespaces, ipBatch, namespaceExists } from '#host/index.ts';
import type { NodeConfig } from './config.ts';

/** `<sandbox>-pod-<first 8 hex digits of the uid>`, which are random in themselves. */
export function podNamespace(sandbox: string, uid: string): string {
  return `${sandbox}-pod-${short(uid)}`;
}

function short(uid: string): string {
  return uid.slice(0, 8);
}

export async function makePodNetwork(netns: string, uid: string, address: string, node: NodeConfig): Promise<void> {
  // Left behind by a start that was cut short.
  if (namespaceExists(netns)) await deleteNamespaces([netns]);
  await createNamespaces([netns]);
  const link = `pod${short(uid)}`;
  const gateway = formatIp(addressAt(cidr(node.podRange), 1));
  await ipBatch([`link add name eth0 netns ${netns} type veth peer name ${link} netns ${node.namespace}`]);
  await Promise.all([
    ipBatch([`link set ${link} master ${node.bridge} up`], { namespace: node.namespace }),
    ipBatch(
      [
        'link set lo up',
        `addr add ${address}/${cidr(node.podRange).prefixLength} dev eth0`,
        'link set eth0 up',
        `route add default via ${gateway}`,
      ],
      { namespace: netns },
    ),
  ]);
}

/** The link goes with the namespace. */
export async function removePodNetwork(netns: string): Promise<void> {
  await deleteNamespaces([netns]);
}

export interface AddressPool {
  /** @throws Error when all are taken */
  take(): string;
  /** It was taken before (adoption). */
  claim(address: string): void;
  release(address: string): void;
}

/** Addresses come round robin: one that was just given back is taken last, as somebody may still call it. */
export function addressPool(podRange: string): AddressPool {
  const range = cidr(podRange);
  const first = 2;
  const count = Number(range.size) - 3;
  const taken = new Set<string>();
  let next = 0;
  return {
    take() {
      for (let i = 0; i < count; i += 1) {
        const address = formatIp(addressAt(range, first + ((next + i) % count)));
        if (taken.has(address)) continue;
        next = (next + i + 1) % count;
        taken.add(address);
        return address;
      }
      throw new Error(`all ${count} addresses of ${podRange} are taken`);
    },
    claim: (address) => void taken.add(address),
    release: (address) => void taken.delete(address),
  };
}
