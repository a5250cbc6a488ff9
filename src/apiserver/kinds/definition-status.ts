/** The status of a CustomResourceDefinition: which of its names it has got, whether it is served, which versions have been stored. */
import {
  asJson,
  type Condition,
  findCondition,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  setCondition,
} from '#objects/index.ts';
import type { CrdSpec } from './custom.ts';

interface Names {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

interface DefinitionStatus {
  readonly acceptedNames?: Names;
  readonly conditions?: readonly Condition[];
  readonly storedVersions?: readonly string[];
}

export function statusOf({ status }: JsonObject): DefinitionStatus {
  return isObject(status) ? (status as unknown as DefinitionStatus) : {};
}

export function isEstablished(crd: JsonObject): boolean {
  return findCondition(statusOf(crd).conditions ?? [], 'Established')?.status === 'True';
}

/** The names that a definition asks for, those it leaves out included. */
function namesOf({ names }: CrdSpec): Names {
  return {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  };
}

/** The names under which it is served: a name that another definition has stays the other's. */
export function servedNames(crd: JsonObject): Names {
  const accepted = Object.entries(statusOf(crd).acceptedNames ?? {}).filter(([, name]) => name !== '');
  return { ...namesOf(crd.spec as unknown as CrdSpec), ...Object.fromEntries(accepted) };
}

/** @param others the definitions of the same group: a name of theirs is not to be had */
export function nextStatus(crd: JsonObject, others: readonly KubeObject[], now: string): Json {
  const spec = crd.spec as unknown as CrdSpec;
  const old = statusOf(crd);
  const { accepted, conflict } = acceptNames(namesOf(spec), old.acceptedNames, others);
  const names = conflict
    ? ({ type: 'NamesAccepted', status: 'False', ...conflict } as const)
    : ({ type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' } as const);
  const conditions = setCondition(old.conditions, names, now);
  const storage = spec.versions.filter((version) => version.storage).map((version) => version.name);
  return {
    acceptedNames: accepted,
    conditions: isEstablished(crd) ? conditions : setCondition(conditions, established(conflict !== undefined), now),
    storedVersions: [...new Set([...(old.storedVersions ?? []), ...storage])],
  } as unknown as Json;
}

function established(isRefused: boolean): Omit<Condition, 'lastTransitionTime'> {
  const [status, reason, message] = isRefused
    ? (['False', 'NotAccepted', 'not all names are accepted'] as const)
    : (['True', 'InitialNamesAccepted', 'the initial names have been accepted'] as const);
  return { type: 'Established', status, reason, message };
}

interface Conflict {
  readonly reason: string;
  readonly message: string;
}

/** Each name by itself: what is free, or has been ours, becomes ours. The last conflict is told, as Kubernetes does. */
function acceptNames(wanted: Names, had: Names | undefined, others: readonly KubeObject[]) {
  const theirs = others.map((other) => statusOf(asJson(other)).acceptedNames).filter((names) => names !== undefined);
  const resources = new Set(
    theirs.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames]),
  );
  const kinds = new Set(theirs.flatMap(({ kind, listKind }) => [kind, listKind]));
  let conflict: Conflict | undefined;
  const take = (field: 'plural' | 'singular' | 'kind' | 'listKind', taken: ReadonlySet<string>) => {
    const name = wanted[field];
    if (name === had?.[field] || !taken.has(name)) return { [field]: name };
    conflict = {
      reason: `${field.charAt(0).toUpperCase()}${field.slice(1)}Conflict`,
      message: `"${name}" is already in use`,
    };
    return { [field]: had?.[field] ?? '' };
  };
  const short = (wanted.shortNames ?? []).filter((name) => !had?.shortNames?.includes(name) && resources.has(name));
  const plural = take('plural', resources);
  const singular = take('singular', resources);
  if (short.length > 0) {
    const texts = short.map((name) => `"${name}" is already in use`);
    conflict = { reason: 'ShortNamesConflict', message: texts.length > 1 ? `[${texts.join(', ')}]` : (texts[0] ?? '') };
  }
  const shortNames = short.length > 0 ? had?.shortNames : wanted.shortNames;
  const accepted = {
    ...plural,
    ...singular,
    ...take('kind', kinds),
    ...take('listKind', kinds),
    ...(shortNames && { shortNames }),
    ...(wanted.categories && { categories: wanted.categories }),
  };
  return { accepted, conflict };
}
