/** Flags of addresses and ranges, separated by commas; mostly one of each address family. */
import { cidr, type Family, familyOf, formatRange, ip, SealaneError } from '#kit/index.ts';

/** @throws `kit/bad-address`, `cli/bad-flag` */
export function onePerFamily(text: string): string[] {
  return distinct(text, (one) => familyOf(ip(one)));
}

/** @throws `kit/bad-range`, `cli/bad-flag` */
export function rangePerFamily(text: string): string[] {
  return distinct(text, (one) => cidr(one).family);
}

/** As many as there are. @throws `kit/bad-range` */
export function ranges(text: string): string[] {
  return text.split(',').map((one) => formatRange(cidr(one.trim())));
}

function distinct(text: string, familyIn: (one: string) => Family): string[] {
  const all = text.split(',');
  const families = all.map(familyIn);
  if (new Set(families).size === all.length) return all;
  throw new SealaneError('cli/bad-flag', `read "${text}": two of one family`, { hint: 'one of IPv4, one of IPv6' });
}
