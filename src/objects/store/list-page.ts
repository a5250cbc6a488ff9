import type { KubeObject } from '../meta.ts';
import { type ContinueToken, encodeContinue } from './continue-token.ts';
import type { ListOptions, ListOutcome, StoreKey } from './store.ts';

/** Sorts by namespace, then name. */
export function sortKey({ namespace = '', name }: Pick<StoreKey, 'namespace' | 'name'>): string {
  return `${namespace}\0${name}`;
}

/** One page out of all objects of a resource, which are in the order of {@link sortKey}. Any store can use it. */
export function listPage(
  entries: Iterable<readonly [sortKey: string, object: KubeObject]>,
  revision: number,
  { namespace, limit = 0, filter }: ListOptions,
  token: ContinueToken | undefined,
): ListOutcome {
  const items: KubeObject[] = [];
  let last = '';
  let remaining = 0;
  for (const [key, object] of entries) {
    if (token && key <= token.after) continue;
    if (namespace !== undefined && !key.startsWith(`${namespace}\0`)) continue;
    if (filter && !filter(object)) continue;
    if (limit > 0 && items.length === limit) {
      remaining += 1;
      if (filter) break;
      continue;
    }
    items.push(object);
    last = key;
  }
  if (remaining === 0) return { outcome: 'ok', revision, items };
  const more = { continue: encodeContinue({ revision, after: last }) };
  return { outcome: 'ok', revision, items, ...more, ...(filter ? {} : { remaining }) };
}
