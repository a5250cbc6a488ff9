/** A range of a table as the one word that `services`, `tiers` and `groups` hold (bpf/include/tables.h). */
export interface Span {
  readonly first: number;
  /** 0: nothing. */
  readonly count: number;
}

export function packRange({ first, count }: Span): bigint {
  return (BigInt(count) << 32n) | BigInt(first);
}

export function unpackRange(word: bigint): Span {
  return { first: Number(word & 0xffffffffn), count: Number(word >> 32n) };
}
