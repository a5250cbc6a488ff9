/**
 * Addresses that stand for single pods of headless services in other members, where the pods' own would be ambiguous. Given by the
 * exporter out of its own part of one range of the whole set, so that they are the same in every importer.
 */
import { SUBSTITUTE_RANGES } from '#api/index.ts';
import { cidr, contains, formatRange, isFault, overlaps, parseIp, type Range } from '#kit/index.ts';
import type { AddressPart } from './address-parts.ts';
import { pickAddress } from './keep-addresses.ts';
import type { Family } from './model.ts';

const PART_BITS = { IPv4: 16n, IPv6: 64n } as const;
const MOST = 0xffff;
const MOST_MEMBERS = 255;

/** Where a member's pods have addresses; undefined while it has not said so. */
export type PodRanges = readonly string[] | undefined;

/**
 * Whether pods of a member need substitutes: when its ranges overlap with those of any other member of the set, or when somebody's
 * are not known. Asked of the exporter only, so that all importers have the same answer.
 */
export function needsSubstitutes(own: PodRanges, others: readonly PodRanges[]): boolean {
  if (others.length === 0) return false;
  const mine = parsed(own);
  const theirs = others.map(parsed);
  if (!mine || theirs.includes(undefined)) return true;
  return theirs.some((ranges) => ranges?.some((range) => meets(range, mine)));
}

/** What one member says of itself must not stop the others: no range is as good as none known. */
function parsed(ranges: PodRanges): readonly Range[] | undefined {
  if (!Array.isArray(ranges) || ranges.length === 0) return undefined;
  try {
    return (ranges as readonly string[]).map(cidr);
  } catch (error) {
    if (!isFault(error, 'kit/bad-range')) throw error;
    return undefined;
  }
}

/** The same addresses in as few ranges as there can be, sorted: nodes have neighbouring ones. */
export function mergeRanges(ranges: readonly string[]): readonly string[] {
  const merged: Range[] = [];
  const known = [...new Set(ranges)].map(cidr);
  for (const range of known.toSorted((a, b) =>
    a.base < b.base ? -1 : a.base > b.base ? 1 : a.prefixLength - b.prefixLength,
  )) {
    if (merged.some((other) => overlaps(other, range))) continue;
    merged.push(range);
    for (let last = joined(merged); last; last = joined(merged)) merged.splice(-2, 2, last);
  }
  return merged.map(formatRange);
}

/** The last two as one, if they are the halves of it. */
function joined(ranges: readonly Range[]): Range | undefined {
  const [a, b] = ranges.slice(-2);
  if (!a || !b || a.size !== b.size || a.base + a.size !== b.base || a.base % (a.size * 2n) !== 0n) return undefined;
  return a.family === b.family ? { ...a, prefixLength: a.prefixLength - 1, size: a.size * 2n } : undefined;
}

/** A member's part; its first address looks like that of a network and is left out. */
export function substitutePart(index: number, family: Family): AddressPart {
  const first = cidr(SUBSTITUTE_RANGES[family]).base + (BigInt(index) << PART_BITS[family]) + 1n;
  return { first, count: MOST - 1 };
}

/**
 * The address for one endpoint: the same whenever it is free.
 *
 * @param key   what names the endpoint in its member
 * @param taken addresses in use
 */
export function pickSubstitute(
  key: string,
  { index, family }: { readonly index: number; readonly family: Family },
  taken: ReadonlySet<string>,
): string | undefined {
  return pickAddress(key, substitutePart(index, family), taken);
}

/** Whether a member with that index may give this address. */
export function isSubstituteOf(index: number | undefined, address: string): boolean {
  const value = parseIp(address);
  if (index === undefined || value === undefined || index < 1 || index > MOST_MEMBERS) return false;
  return (['IPv4', 'IPv6'] as const).some((family) => {
    const { first, count } = substitutePart(index, family);
    return value >= first && value < first + BigInt(count);
  });
}

/** Tells whether an address lies in one of these ranges. */
export function inRanges(ranges: PodRanges): (address: string) => boolean {
  const known = parsed(ranges) ?? [];
  return (address) => {
    const value = parseIp(address);
    return value !== undefined && known.some((range) => contains(range, value));
  };
}

function meets(range: Range, others: readonly Range[]): boolean {
  return others.some((other) => overlaps(range, other));
}
