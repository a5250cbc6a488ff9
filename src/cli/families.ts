/** Flags that take one value of each address family, separated by commas. */
import { cidr, type Family, familyOf, ip, SealaneError } from '#kit/index.ts';

/** @throws `kit/bad-address`, `cli/bad-flag` */
export function onePerFamily(text: string): string[] {
  return distinct(text, (one) => familyOf(ip(one)));
}

/** @throws `kit/bad-range`, `cli/bad-flag` */
export function ranges(text: string): string[] {
  return distinct(text, (one) => cidr(one).family);
}

function distinct(text: string, familyIn: (one: string) => Family): string[] {
  const all = text.split(',');
  const families = all.map(familyIn);
  if (new Set(families).size === all.length) return all;
  throw new SealaneError('cli/bad-flag', `read "${text}": two of one family`, { hint: 'one of IPv4, one of IPv6' });
}
