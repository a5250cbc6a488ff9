/** Names that controllers give, in the letters Kubernetes uses: no vowels, nothing that reads like another. */
import { createHash } from 'node:crypto';
import type { Clock } from '#kit/index.ts';

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

export function randomSuffix(clock: Clock, length = 5): string {
  return Array.from({ length }, () => LETTERS[Math.floor(clock.random() * LETTERS.length)]).join('');
}

/** The same text, the same letters. */
export function hashSuffix(text: string, length = 10): string {
  const bytes = createHash('sha256').update(text).digest();
  return Array.from(bytes.subarray(0, length), (byte) => LETTERS[byte % LETTERS.length]).join('');
}
