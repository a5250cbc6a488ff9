import type { Asked, Kind } from '../kinds/kind.ts';

/** A kind in its storage version. */
export function askedFor(kind: Kind): Asked {
  const version = kind.versions.find(({ name }) => name === kind.type.version) ?? kind.versions[0];
  if (!version) throw new Error(`${kind.type.plural} has no version`);
  return { kind, version, type: kind.type };
}
