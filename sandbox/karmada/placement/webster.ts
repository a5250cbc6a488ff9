/**
 * Webster's (Sainte-Laguë's) method, as Karmada divides replicas since v1.16
 * (karmada-io/karmada, pkg/util/helper/webstermethod.go).
 */
export interface Party {
  readonly name: string;
  /** At least 0; one of 0 gets nothing. */
  readonly weight: number;
}

/**
 * Gives each seat to the highest `weight / (2 × seats + 1)`. Ties: fewer seats, then the name: ascending when the FNV-1a hash of
 * `tieBreaker` (the template's UID) is even, descending when it is odd, so that not every template favours the same cluster.
 */
export function webster(seats: number, parties: readonly Party[], tieBreaker = ''): Map<string, number> {
  const descending = tieBreaker !== '' && fnv32a(tieBreaker) % 2 === 1;
  const given = new Map(parties.map(({ name }) => [name, 0]));
  const ordered = parties
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1) * (descending ? -1 : 1));
  for (let seat = 0; seat < seats && ordered.length > 0; seat++) {
    const winner = ordered.reduce((best, party) => (isAhead(party, best, given) ? party : best));
    given.set(winner.name, (given.get(winner.name) ?? 0) + 1);
  }
  return given;
}

function isAhead(party: Party, best: Party, given: ReadonlyMap<string, number>): boolean {
  const [mine, theirs] = [given.get(party.name) ?? 0, given.get(best.name) ?? 0];
  const difference = party.weight / (2 * mine + 1) - best.weight / (2 * theirs + 1);
  return difference > 0 || (difference === 0 && mine < theirs);
}

/** FNV-1a, 32 bits, of UTF-8. */
export function fnv32a(text: string): number {
  return new TextEncoder().encode(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}
