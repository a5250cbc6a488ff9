/** The objects a reflector has seen, by key, by namespace and by one index of the caller's choice. */
import { deepEqual, type KubeObject, keyOf } from '#objects/index.ts';

export interface Change<T> {
  readonly type: 'put' | 'gone';
  readonly key: string;
  /** As it is now; for `gone` as it was last seen. */
  readonly object: T;
  readonly before?: T;
}

export type ChangeListener<T> = (change: Change<T>) => void;

export interface Shelf<T> {
  readonly get: (key: string) => T | undefined;
  readonly list: () => T[];
  readonly keys: () => string[];
  readonly inNamespace: (namespace: string) => T[];
  /** Objects for which `indexBy` gave this value. */
  readonly indexed: (value: string) => T[];
  readonly put: (object: T) => void;
  readonly remove: (key: string) => void;
  readonly onChange: (listener: ChangeListener<T>) => () => void;
  readonly size: number;
}

export function createShelf<T extends KubeObject>(indexBy?: (object: T) => string | undefined): Shelf<T> {
  const objects = new Map<string, T>();
  const namespaces = createGroups<T>();
  const index = createGroups<T>();
  const listeners = new Set<ChangeListener<T>>();

  const tell = (change: Change<T>) => {
    for (const listener of listeners) listener(change);
  };

  const forget = (object: T) => {
    namespaces.remove(object.metadata.namespace ?? '', object);
    const value = indexBy?.(object);
    if (value !== undefined) index.remove(value, object);
  };

  return {
    get: (key) => objects.get(key),
    list: () => [...objects.values()],
    keys: () => [...objects.keys()],
    inNamespace: (namespace) => namespaces.list(namespace),
    indexed: (value) => index.list(value),
    put(object) {
      const key = keyOf(object);
      const before = objects.get(key);
      if (before && unchanged(before, object)) return;
      if (before) forget(before);
      objects.set(key, object);
      namespaces.add(object.metadata.namespace ?? '', object);
      const value = indexBy?.(object);
      if (value !== undefined) index.add(value, object);
      tell({ type: 'put', key, object, before });
    },
    remove(key) {
      const before = objects.get(key);
      if (!before) return;
      objects.delete(key);
      forget(before);
      tell({ type: 'gone', key, object: before, before });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get size() {
      return objects.size;
    },
  };
}

/** A projection may have dropped the version; then every put counts. A server restored from a backup gives a version once more. */
function unchanged(before: KubeObject, after: KubeObject): boolean {
  const version = after.metadata.resourceVersion;
  return version !== undefined && version === before.metadata.resourceVersion && deepEqual(before, after);
}

/** Objects by one word of theirs. Most words have one object, which needs no set around it: at ten thousand that tells. */
function createGroups<T extends KubeObject>() {
  const groups = new Map<string, T | Set<T>>();
  return {
    list(value: string): T[] {
      const found = groups.get(value);
      return found instanceof Set ? [...found] : found ? [found] : [];
    },
    add(value: string, object: T) {
      const found = groups.get(value);
      if (found instanceof Set) found.add(object);
      else groups.set(value, found ? new Set([found, object]) : object);
    },
    remove(value: string, object: T) {
      const found = groups.get(value);
      if (found instanceof Set) found.delete(object);
      if (found === object || (found instanceof Set && found.size === 0)) groups.delete(value);
    },
  };
}
