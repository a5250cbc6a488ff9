import type { Place } from './model.ts';

const PARTS = ['region', 'zone', 'group', 'name'] as const;

/** `default` stands for what was never set, as in the ancestors' keys. */
export function partOf(place: Place, part: (typeof PARTS)[number]): string {
  return place[part] || 'default';
}

/** The four parts of `region/zone/group/cluster`; a bare name matches anywhere. Undefined when the text is neither. */
export function parseKey(clusterKey: string): readonly string[] | undefined {
  const parts = clusterKey.split('/');
  if (parts.some((part) => part === '')) return undefined;
  if (parts.length === 1) return ['*', '*', '*', ...parts];
  return parts.length === PARTS.length ? parts : undefined;
}

export function isClusterKey(text: string): boolean {
  return parseKey(text) !== undefined;
}

/** Whether a target key means this member. A malformed key means nobody. */
export function keyMatches(clusterKey: string, place: Place): boolean {
  const parts = parseKey(clusterKey);
  return parts !== undefined && PARTS.every((part, i) => parts[i] === '*' || parts[i] === partOf(place, part));
}

/** A key of nothing but `*`: it lists everybody and so names nobody. */
export function meansEverybody(clusterKey: string): boolean {
  return parseKey(clusterKey)?.every((part) => part === '*') ?? false;
}
