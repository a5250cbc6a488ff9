import type { KubeObject } from '../meta.ts';

/** The objects of one resource by sort key. */
export interface Shelf {
  get(key: string): KubeObject | undefined;
  put(key: string, object: KubeObject): void;
  remove(key: string): void;
  sorted(): Iterable<readonly [string, KubeObject]>;
}

/** Sorts only when a list is asked for after a key came or went: writes stay cheap. */
export function createShelf(): Shelf {
  let objects = new Map<string, KubeObject>();
  let inOrder = true;
  return {
    get: (key) => objects.get(key),
    put(key, object) {
      if (!objects.has(key)) inOrder = false;
      objects.set(key, object);
    },
    remove: (key) => void objects.delete(key),
    sorted() {
      if (!inOrder) objects = new Map([...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)));
      inOrder = true;
      return objects;
    },
  };
}
