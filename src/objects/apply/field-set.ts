/**
 * A set of fields of one object, as a tree: what a manager owns. Edges are path elements as FieldsV1 writes them:
 * `f:name` a field, `k:{"port":80}` a list item by its keys, `v:"x"` an item of a set.
 */
export interface FieldSet {
  /** This very place is in the set (FieldsV1: `.`, or an empty object). */
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

const NO_CHILDREN: ReadonlyMap<string, FieldSet> = new Map();
export const EMPTY: FieldSet = { member: false, children: NO_CHILDREN };
export const LEAF: FieldSet = { member: true, children: NO_CHILDREN };

export function isEmpty(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

/** Branches that hold nothing are left out, so that equal sets look equal. */
export function setOf(member: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { member, children: new Map([...children].filter(([, child]) => !isEmpty(child))) };
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const elements = new Set([...a.children.keys(), ...b.children.keys()]);
  return setOf(
    a.member || b.member,
    [...elements].map((e) => [e, both(a.children.get(e), b.children.get(e))] as const),
  );
}

function both(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet {
  if (!a || !b) return a ?? b ?? EMPTY;
  return union(a, b);
}

/** What is in `a` and not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return setOf(
    a.member && !b.member,
    [...a.children].map(([e, child]) => [e, difference(child, b.children.get(e) ?? EMPTY)] as const),
  );
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return setOf(
    a.member && b.member,
    [...a.children].map(([e, child]) => [e, intersection(child, b.children.get(e) ?? EMPTY)] as const),
  );
}

export function isSameSet(a: FieldSet, b: FieldSet): boolean {
  return isEmpty(difference(a, b)) && isEmpty(difference(b, a));
}

/** With each field on the way to a member as a member too; list items count only for themselves. */
export function withParentFields(set: FieldSet, element = ''): FieldSet {
  const isField = element.startsWith('f:') && !isEmpty(set);
  return setOf(
    set.member || isField,
    [...set.children].map(([e, child]) => [e, withParentFields(child, e)] as const),
  );
}

/** The paths of all members in Kubernetes' order: those of one level by name, before what is below them. */
export function* members(set: FieldSet, path: readonly string[] = []): Generator<readonly string[]> {
  const children = [...set.children].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [element, child] of children) if (child.member) yield [...path, element];
  for (const [element, child] of children) yield* members(child, [...path, element]);
}
