/**
 * IP addresses of both families as one 128-bit number, and CIDR ranges of them. An IPv4 address is its IPv4-mapped form
 * (RFC 4291 2.5.5.2), so that one arithmetic, one comparison and one layout in the kernel's tables serve both.
 */
import { SealaneError } from './errors.ts';

export type Address = bigint;
export type Family = 'IPv4' | 'IPv6';

export interface Range {
  readonly family: Family;
  readonly base: Address;
  /** Bits of its own family: at most 32 or 128. */
  readonly prefixLength: number;
  readonly size: bigint;
}

const BITS: Readonly<Record<Family, number>> = { IPv4: 32, IPv6: 128 };
const MAPPED = 0xffffn << 32n;
const OCTET = /^(0|[1-9]\d{0,2})$/;
const GROUP = /^[\da-f]{1,4}$/i;
const GROUPS = 8;

/** @returns undefined when the text is no address; a mapped address written as IPv6 is none either: it has an own, shorter form */
export function parseIp(text: string): Address | undefined {
  if (!text.includes(':')) return parseQuad(text, MAPPED);
  const value = parseGroups(text);
  return value === undefined || familyOf(value) === 'IPv4' ? undefined : value;
}

/** @throws `kit/bad-address` */
export function ip(text: string): Address {
  const value = parseIp(text);
  if (value === undefined) throw new SealaneError('kit/bad-address', `read address "${text}": not an IP address`);
  return value;
}

export function familyOf(address: Address): Family {
  return address >> 32n === 0xffffn ? 'IPv4' : 'IPv6';
}

/** @returns undefined when the text is no address */
export function familyOfText(text: string): Family | undefined {
  const address = parseIp(text);
  return address === undefined ? undefined : familyOf(address);
}

/** Dotted quad, or as RFC 5952 writes IPv6. */
export function formatIp(address: Address): string {
  return familyOf(address) === 'IPv4' ? formatQuad(address) : formatGroups(address);
}

/** @throws `kit/bad-range` when it is no CIDR range, or when host bits are set */
export function cidr(text: string): Range {
  const [address = '', length = '', ...rest] = text.split('/');
  const base = parseIp(address);
  const prefixLength = Number(length);
  if (base === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length) || prefixLength > BITS[familyOf(base)]) {
    throw new SealaneError('kit/bad-range', `read range "${text}": not a CIDR range`, {
      hint: 'such as 10.0.0.0/16 or fd00:10::/64',
    });
  }
  const family = familyOf(base);
  const size = 1n << BigInt(BITS[family] - prefixLength);
  if (base % size !== 0n) {
    const meant = `${formatIp(base - (base % size))}/${prefixLength}`;
    throw new SealaneError('kit/bad-range', `read range "${text}": host bits are set`, {
      hint: `did you mean ${meant}?`,
    });
  }
  return { family, base, prefixLength, size };
}

/** A CIDR range, or the one that an address alone is. @throws `kit/bad-range` */
export function rangeOf(text: string): Range {
  const family = familyOfText(text);
  return cidr(family === undefined ? text : `${text}/${BITS[family]}`);
}

export function contains(range: Range, address: Address): boolean {
  return address >= range.base && address < range.base + range.size && familyOf(address) === range.family;
}

/** Ranges of different families never do. */
export function overlaps(a: Range, b: Range): boolean {
  return a.family === b.family && a.base < b.base + b.size && b.base < a.base + a.size;
}

export function formatRange(range: Range): string {
  return `${formatIp(range.base)}/${range.prefixLength}`;
}

/** The n-th address of a range, counted from 0. */
export function addressAt(range: Range, n: number): Address {
  return range.base + BigInt(n);
}

/** `[address]:port` or `address:port` (RFC 3986 3.2.2); the brackets belong to IPv6. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** @returns undefined when the text is neither an address nor an address with a port; without one it is `defaultPort` */
export function parseEndpoint(text: string, defaultPort: number): { address: Address; port: number } | undefined {
  const alone = parseIp(text);
  if (alone !== undefined) return { address: alone, port: defaultPort };
  const [, six, four, digits = `${defaultPort}`] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = parseIp(six ?? four ?? '');
  const port = Number(digits);
  if (address === undefined || familyOf(address) !== (six ? 'IPv6' : 'IPv4') || port > 65_535) return undefined;
  return { address, port };
}

function parseQuad(text: string, above: bigint): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => OCTET.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) + BigInt(part), above >> 32n);
}

/** Eight groups, one `::` for those left out, the last two perhaps as a dotted quad. */
function parseGroups(text: string): bigint | undefined {
  const [head = '', tail, ...rest] = text.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  if (rest.length > 0 || !before || !after || (tail !== undefined && head.includes('.'))) return undefined;
  const missing = GROUPS - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...Array.from({ length: missing }, () => 0n), ...after].reduce(
    (sum, one) => (sum << 16n) + one,
    0n,
  );
}

function groupsOf(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const quad = parts.at(-1)?.includes('.') ? parseQuad(parts.pop() ?? '', 0n) : undefined;
  if (text.includes('.') && quad === undefined) return undefined;
  if (!parts.every((part) => GROUP.test(part))) return undefined;
  const last = quad === undefined ? [] : [quad >> 16n, quad & 0xffffn];
  return [...parts.map((part) => BigInt(`0x${part}`)), ...last];
}

function formatQuad(address: Address): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
}

function formatGroups(address: Address): string {
  const groups = Array.from({ length: GROUPS }, (_, i) => (address >> BigInt(16 * (GROUPS - 1 - i))) & 0xffffn);
  const text = groups.map((group) => group.toString(16)).join(':');
  const zeros = longestZeros(text);
  return zeros ? text.replace(zeros, '::').replace(/:{3,}/, '::') : text;
}

/** The first of the longest runs of at least two groups of zero, with the colons around it. */
function longestZeros(text: string): string | undefined {
  const runs = text.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = Math.max(0, ...runs.map((run) => run.replace(/^:/, '').length));
  return runs.find((run) => run.replace(/^:/, '').length === longest);
}
