import { type Address, addressAt, cidr } from '#kit/index.ts';

export interface AddressPart {
  readonly first: Address;
  readonly count: number;
}

const PEERS = 256;
/** Of a wider range only the beginning is given out: that of an IPv6 range is never short. */
const MOST = 1n << 31n;

/**
 * The VIP range in its two parts: the first /24 (half of a smaller range) for peers, the rest for services. Each part leaves out its
 * first address, and the range its last one: they look like network and broadcast addresses to other software.
 *
 * @throws `kit/bad-range`
 */
export function addressParts(range: string): { readonly peers: AddressPart; readonly services: AddressPart } {
  const whole = cidr(range);
  const size = Number(whole.size < MOST ? whole.size : MOST);
  const peers = Math.min(PEERS, Math.floor(size / 2));
  return {
    peers: { first: addressAt(whole, 1), count: Math.max(0, peers - 1) },
    services: { first: addressAt(whole, peers + 1), count: Math.max(0, size - peers - 2) },
  };
}
