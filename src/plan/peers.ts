import { addressParts } from './address-parts.ts';
import { keepAddresses, pickAddress } from './keep-addresses.ts';

/** One line of `peers.json`: the one local address that stands for a source member. */
export interface PeerRecord {
  readonly cluster: string;
  readonly address: string;
  /** RFC 3339; set when the member was removed. */
  readonly releasedAt?: string;
}

export interface PeerChange {
  readonly records: readonly PeerRecord[];
  readonly exhausted: readonly string[];
}

/** A gateway proxy may hold the address of a removed member as long as its own caches live. */
const KEPT_MS = 60 * 60_000;

/** hash(cluster) with probing in the peers' part of the VIP range; undefined when it is full. */
export function pickPeerAddress(range: string, taken: ReadonlySet<string>, cluster: string): string | undefined {
  return pickAddress(cluster, addressParts(range).peers, taken);
}

/** The records after this change: an address for each member, self included; that of a removed one rests for an hour. */
export function reconcilePeers(
  records: readonly PeerRecord[],
  members: readonly string[],
  { range, now }: { readonly range: string; readonly now: number },
): PeerChange {
  const held = records.map(({ cluster, ...rest }) => ({ key: cluster, ...rest }));
  const { kept, exhausted } = keepAddresses(held, members, { part: addressParts(range).peers, now, keptMs: KEPT_MS });
  return { records: kept.map(({ key, ...rest }) => ({ cluster: key, ...rest })), exhausted };
}
