/** One line of `peers.json`: the one local address that stands for a source member. */
export interface PeerRecord {
  readonly cluster: string;
  readonly address: string;
  /** RFC 3339; set when the member was removed. */
  readonly releasedAt?: string;
}

/** hash(cluster) with probing in the peers' part of the VIP range; undefined when it is full. */
export function pickPeerAddress(range: string, taken: ReadonlySet<string>, cluster: string): string | undefined {
  throw new Error(`not written: ${range} ${taken.size} ${cluster}`);
}

export interface PeerChange {
  readonly records: readonly PeerRecord[];
  readonly exhausted: readonly string[];
}

/** The records after this change: an address for each member, self included; that of a removed one rests for an hour. */
export function reconcilePeers(
  records: readonly PeerRecord[],
  members: readonly string[],
  options: { readonly range: string; readonly now: number },
): PeerChange {
  throw new Error(`not written: ${records.length} ${members.length} ${options.range}`);
}
