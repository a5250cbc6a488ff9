import type { KubeObject } from '../meta.ts';
import type { EventSource } from './history.ts';
import { sortKey } from './list-page.ts';

/** The objects of one resource as they were at `revision`: today's, with every later change undone. Any store can use it. */
export function rewind(
  today: Iterable<readonly [sortKey: string, object: KubeObject]>,
  resource: string,
  revision: number,
  source: EventSource,
): readonly (readonly [string, KubeObject])[] {
  const objects = new Map(today);
  for (let r = source.revision(); r > revision; r -= 1) {
    const event = source.at(r);
    if (event?.key.resource !== resource) continue;
    if (event.previous) objects.set(sortKey(event.key), event.previous);
    else objects.delete(sortKey(event.key));
  }
  return [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
