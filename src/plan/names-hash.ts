import { hash32 } from './hash.ts';
import { byText } from './order.ts';

/**
 * 16 hexadecimal digits over a set of names; order and repetition do not matter. Tells an incomplete list from a complete one; it
 * is no protection against a forger, who could write the marker too.
 */
export function namesHash(names: readonly string[]): string {
  const text = [...new Set(names)]
    .toSorted(byText)
    .map((name) => `${name}\n`)
    .join('');
  return [hash32(text), hash32(text, 0x9e3779b9)].map((half) => half.toString(16).padStart(8, '0')).join('');
}
