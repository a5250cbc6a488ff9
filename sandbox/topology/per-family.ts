/** One of each family that something speaks, the primary family's first. */
import { type Family, familyOf, ip, type Range } from '#kit/index.ts';

export type PerFamily<T> = readonly [T, ...T[]];

/** The same for every family, in the same order. */
export function perFamily<T, U>([first, ...rest]: PerFamily<T>, of: (one: T, i: number) => U): PerFamily<U> {
  return [of(first, 0), ...rest.map((one, i) => of(one, i + 1))];
}

/** The one of each of these families. @throws Error when one of them is not there */
export function inFamilies<T>(all: readonly T[], families: PerFamily<Family>, of: (one: T) => Family): PerFamily<T> {
  return perFamily(families, (family) => {
    const found = all.find((one) => of(one) === family);
    if (found === undefined) throw new Error(`nothing of ${family}`);
    return found;
  });
}

export function rangeFamily({ family }: Range): Family {
  return family;
}

export function addressFamily(address: string): Family {
  return familyOf(ip(address));
}
