/** The kinds a server knows: built-in ones and those that CustomResourceDefinitions add while it runs. */
import type { Asked, Kind } from './kind.ts';

export interface Registry {
  find(group: string, version: string, plural: string): Asked | undefined;
  /** By the name that stored objects are kept under. */
  kinds(): readonly Kind[];
  set(kind: Kind): void;
  remove(group: string, plural: string): void;
  /** Served group versions, the preferred one of each group first. */
  groups(): ReadonlyMap<string, readonly string[]>;
}

export function createRegistry(kinds: readonly Kind[]): Registry {
  const known = new Map(kinds.map((kind) => [keyOf(kind.type.group, kind.type.plural), kind]));
  return {
    find(group, version, plural) {
      const kind = known.get(keyOf(group, plural));
      const found = kind?.versions.find((one) => one.name === version && one.served);
      return kind && found && { kind, version: found, type: { ...kind.type, version } };
    },
    kinds: () => [...known.values()],
    set: (kind) => void known.set(keyOf(kind.type.group, kind.type.plural), kind),
    remove: (group, plural) => void known.delete(keyOf(group, plural)),
    groups() {
      const groups = new Map<string, Set<string>>();
      for (const { type, versions } of known.values()) {
        const served = versions.filter((one) => one.served).map((one) => one.name);
        const set = groups.get(type.group) ?? new Set();
        for (const name of served) set.add(name);
        groups.set(type.group, set);
      }
      return new Map([...groups].map(([group, set]) => [group, [...set].toSorted(byPreference)]));
    },
  };
}

function keyOf(group: string, plural: string): string {
  return `${group}/${plural}`;
}

/** v2 before v1 before v1beta1 before v1alpha1, as Kubernetes orders versions. */
function byPreference(a: string, b: string): number {
  const [x, y] = [rank(a), rank(b)];
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2];
}

function rank(version: string): [number, number, number] {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  return [stage === undefined ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor)];
}
