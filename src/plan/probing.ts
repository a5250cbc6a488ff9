import { hash32 } from './hash.ts';

/**
 * A number in [first, first + count) for a name: where its hash points, or the next free one. The same name gets the same number
 * wherever it is free, so even a lost record mostly comes back as it was.
 *
 * @returns undefined when all are taken
 */
export function pickNumber(
  name: string,
  range: { readonly first: number; readonly count: number },
  isTaken: (candidate: number) => boolean,
): number | undefined {
  const { first, count } = range;
  const start = count > 0 ? hash32(name) % count : 0;
  for (let step = 0; step < count; step += 1) {
    const candidate = first + ((start + step) % count);
    if (!isTaken(candidate)) return candidate;
  }
  return undefined;
}
