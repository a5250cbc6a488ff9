/** IPv4 addresses as numbers in host byte order, and CIDR ranges. */
import { SealaneError } from './errors.ts';

export interface Range {
  /** First address, host byte order. */
  readonly base: number;
  readonly prefixLength: number;
  readonly size: number;
}

const OCTET = /^(0|[1-9]\d{0,2})$/;

/** @returns undefined when the text is no dotted-quad IPv4 address */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => OCTET.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** @throws `kit/bad-address` */
export function ipv4(text: string): number {
  const value = parseIpv4(text);
  if (value === undefined) throw new SealaneError('kit/bad-address', `read address "${text}": not an IPv4 address`);
  return value;
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** @throws `kit/bad-range` when it is no CIDR range, or when host bits are set */
export function cidr(text: string): Range {
  const [address = '', length = ''] = text.split('/');
  const base = parseIpv4(address);
  const prefixLength = Number(length);
  if (base === undefined || !/^\d{1,2}$/.test(length) || prefixLength > 32) {
    throw new SealaneError('kit/bad-range', `read range "${text}": not a CIDR range`, { hint: 'such as 10.0.0.0/16' });
  }
  const size = 2 ** (32 - prefixLength);
  if (base % size !== 0) {
    const meant = `${formatIpv4(base - (base % size))}/${prefixLength}`;
    throw new SealaneError('kit/bad-range', `read range "${text}": host bits are set`, {
      hint: `did you mean ${meant}?`,
    });
  }
  return { base, prefixLength, size };
}

export function contains(range: Range, address: number): boolean {
  return address >= range.base && address < range.base + range.size;
}

export function overlaps(a: Range, b: Range): boolean {
  return a.base < b.base + b.size && b.base < a.base + a.size;
}

export function formatRange(range: Range): string {
  return `${formatIpv4(range.base)}/${range.prefixLength}`;
}
