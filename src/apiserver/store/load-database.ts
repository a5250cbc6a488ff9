/** What a database holds, read once at the start. */
import type { DatabaseSync } from 'node:sqlite';
import { SealaneError } from '#kit/index.ts';
import { type KubeObject, revisionOf, type StoreEvent, type StoreKey, sortKey } from '#objects/index.ts';

export interface Loaded {
  /** The revision before the first change. */
  readonly firstRevision: number;
  /** Without gaps. */
  readonly changes: readonly StoreEvent[];
  readonly objects: readonly { readonly key: StoreKey; readonly object: KubeObject }[];
}

/** @throws `apiserver/store` for a database that does not hold what we wrote */
export function loadDatabase(database: DatabaseSync, path: string): Loaded {
  try {
    const share = sharing();
    const objects = readObjects(database, share);
    const changes = readChanges(database, share);
    const last = objects.reduce((highest, { object }) => Math.max(highest, revisionOf(object)), 0);
    const [first] = changes;
    if (!first || (changes.at(-1)?.revision ?? 0) < last) return { firstRevision: last, changes: [], objects };
    return { firstRevision: first.revision - 1, changes, objects };
  } catch (cause) {
    database.close();
    const hint = 'the file is damaged: moved out of the way, a new one is begun';
    throw new SealaneError('apiserver/store', `read ${path}`, { cause, hint });
  }
}

type Share = (key: StoreKey, object: KubeObject) => KubeObject;

/** A change's state before is the state after an earlier one: kept once, as while the server ran. */
function sharing(): Share {
  const seen = new Map<string, KubeObject>();
  return (key, object) => {
    const id = `${key.resource}\0${sortKey(key)}\0${object.metadata.resourceVersion}`;
    const known = seen.get(id) ?? object;
    seen.set(id, known);
    return known;
  };
}

function readObjects(database: DatabaseSync, share: Share): Loaded['objects'] {
  const objects: { key: StoreKey; object: KubeObject }[] = [];
  for (const row of database.prepare('SELECT resource, body FROM objects').iterate()) {
    const { resource, body } = row as Record<'resource' | 'body', string>;
    const object = JSON.parse(body) as KubeObject;
    const { namespace, name } = object.metadata;
    if (!name || !Number.isInteger(revisionOf(object))) throw new Error(`one of ${resource} has no name or revision`);
    const key = { resource, namespace, name };
    objects.push({ key, object: share(key, object) });
  }
  return objects;
}

function readChanges(database: DatabaseSync, share: Share): readonly StoreEvent[] {
  let events: StoreEvent[] = [];
  for (const row of database.prepare('SELECT revision, body FROM changes ORDER BY revision').iterate()) {
    const event = sharedEvent(JSON.parse((row as { body: string }).body) as StoreEvent, share);
    if (event.revision !== (row as { revision: number }).revision) throw new Error('a change has another revision');
    // Only a history without gaps can be resumed from.
    if (event.revision !== (events.at(-1)?.revision ?? event.revision - 1) + 1) events = [];
    events.push(event);
  }
  return events;
}

function sharedEvent(event: StoreEvent, share: Share): StoreEvent {
  const { key, object, previous } = event;
  return { ...event, object: share(key, object), ...(previous && { previous: share(key, previous) }) };
}
