/** The objects a reflector has seen, by key, by namespace and by one index of the caller's choice. */
import { type KubeObject, keyOf } from '#objects/index.ts';

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

  const forget = (key: string, object: T) => {
    namespaces.remove(object.metadata.namespace ?? '', key);
    const value = indexBy?.(object);
    if (value !== undefined) index.remove(value, key);
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
      if (before) forget(key, before);
      objects.set(key, object);
      namespaces.add(object.metadata.namespace ?? '', key, object);
      const value = indexBy?.(object);
      if (value !== undefined) index.add(value, key, object);
      tell({ type: 'put', key, object, before });
    },
    remove(key) {
      const before = objects.get(key);
      if (!before) return;
      objects.delete(key);
      forget(key, before);
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

/** A projection may have dropped the version; then every put counts. */
function unchanged(before: KubeObject, after: KubeObject): boolean {
  const version = after.metadata.resourceVersion;
  return (
    version !== undefined && version === before.metadata.resourceVersion && after.metadata.uid === before.metadata.uid
  );
}

function createGroups<T>() {
  const groups = new Map<string, Map<string, T>>();
  return {
    list: (value: string): T[] => [...(groups.get(value)?.values() ?? [])],
    add(value: string, key: string, object: T) {
      const members = groups.get(value);
      if (members) members.set(key, object);
      else groups.set(value, new Map([[key, object]]));
    },
    remove(value: string, key: string) {
      const members = groups.get(value);
      members?.delete(key);
      if (members?.size === 0) groups.delete(value);
    },
  };
}
