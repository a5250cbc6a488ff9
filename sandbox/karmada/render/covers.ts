import { isObject } from '#objects/index.ts';

/** Whether an object holds all that was wanted; what its API server added does not count. Pure. */
export function covers(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) && actual.length === wanted.length && wanted.every((item, i) => covers(actual[i], item))
    );
  }
  if (!isObject(wanted)) return Object.is(actual, wanted) || (wanted === null && actual === undefined);
  // An empty object and an absent one are the same to whoever reads them.
  if (actual === undefined) return Object.keys(wanted).length === 0;
  return isObject(actual) && Object.entries(wanted).every(([key, value]) => covers(actual[key], value));
}
