import { cidr } from '#kit/index.ts';

export interface AddressPart {
  readonly first: number;
  readonly count: number;
}

const PEERS = 256;

/**
 * The VIP range in its two parts: the first /24 (half of a smaller range) for peers, the rest for services. Each part leaves out its
 * first address, and the range its last one: they look like network and broadcast addresses to other software.
 *
 * @throws `kit/bad-range`
 */
export function addressParts(range: string): { readonly peers: AddressPart; readonly services: AddressPart } {
  const { base, size } = cidr(range);
  const peers = Math.min(PEERS, Math.floor(size / 2));
  return {
    peers: { first: base + 1, count: Math.max(0, peers - 1) },
    services: { first: base + peers + 1, count: Math.max(0, size - peers - 2) },
  };
}
