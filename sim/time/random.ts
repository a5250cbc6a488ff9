/** Chance out of a seed. Streams of different names do not disturb one another: a fault more leaves the workload as it was. */
import { hash32 } from '#plan/index.ts';

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole, in [0, limit). */
  below(limit: number): number;
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  /** @throws Error of an empty list */
  pick<T>(items: readonly T[]): T;
  /** A stream of its own. */
  fork(name: string): Random;
}

export function seeded(name: string): Random {
  let state = hash32(name) || 1;
  for (let i = 0; i < 4; i++) step();

  /** mulberry32. */
  function step(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (limit: number) => Math.floor(step() * limit);
  return {
    next: step,
    below,
    between: (low, high) => low + step() * (high - low),
    chance: (probability) => step() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new Error('nothing to pick from');
      return items[below(items.length)] as T;
    },
    fork: (part) => seeded(`${name}/${part}`),
  };
}
