/** What a database holds, read once at the start. */
import type { DatabaseSync } from 'node:sqlite';
import { SealaneError } from '#kit/index.ts';
import { type KubeObject, revisionOf, type StoreEvent, sortKey } from '#objects/index.ts';

export interface Loaded {
  readonly changes: {
    /** The revision before the first change. */
    readonly firstRevision: number;
    /** Without gaps. */
    readonly events: readonly StoreEvent[];
  };
  /** Resource → sort key → object. */
  readonly shelves: ReadonlyMap<string, ReadonlyMap<string, KubeObject>>;
}

/** @throws `apiserver/store` for a database that does not hold what we wrote */
export function loadDatabase(database: DatabaseSync, path: string): Loaded {
  try {
    const share = sharing();
    const shelves = readObjects(database, share);
    return { changes: readChanges(database, shelves, share), shelves };
  } catch (cause) {
    database.close();
    const hint = 'the file is damaged: moved out of the way, a new one is begun';
    throw new SealaneError('apiserver/store', `read ${path}`, { cause, hint });
  }
}

type Share = (key: string, object: KubeObject) => KubeObject;

/** A change's state before is the state after an earlier one: kept once, as while the server ran. */
function sharing(): Share {
  const seen = new Map<string, KubeObject>();
  return (key, object) => {
    const id = `${key}\0${object.metadata.resourceVersion}`;
    const known = seen.get(id) ?? object;
    seen.set(id, known);
    return known;
  };
}

function readObjects(database: DatabaseSync, share: Share): Map<string, Map<string, KubeObject>> {
  const shelves = new Map<string, Map<string, KubeObject>>();
  for (const row of database.prepare('SELECT resource, key, body FROM objects').iterate()) {
    const { resource, key, body } = row as Record<'resource' | 'key' | 'body', string>;
    const object = JSON.parse(body) as KubeObject;
    if (!Number.isInteger(revisionOf(object))) throw new Error(`${resource} ${key} has no revision`);
    const shelf = shelves.get(resource) ?? new Map<string, KubeObject>();
    shelves.set(resource, shelf.set(key, share(`${resource}\0${key}`, object)));
  }
  return shelves;
}

function readChanges(
  database: DatabaseSync,
  shelves: ReadonlyMap<string, ReadonlyMap<string, KubeObject>>,
  share: Share,
): Loaded['changes'] {
  let events: StoreEvent[] = [];
  for (const row of database.prepare('SELECT revision, body FROM changes ORDER BY revision').iterate()) {
    const event = sharedEvent(JSON.parse((row as { body: string }).body) as StoreEvent, share);
    if (event.revision !== (row as { revision: number }).revision) throw new Error('a change has another revision');
    // Only a history without gaps can be resumed from.
    if (event.revision !== (events.at(-1)?.revision ?? event.revision - 1) + 1) events = [];
    events.push(event);
  }
  const last = [...shelves.values()]
    .flatMap((shelf) => [...shelf.values()].map(revisionOf))
    .reduce((highest, revision) => Math.max(highest, revision), 0);
  const [first] = events;
  if (!first || (events.at(-1)?.revision ?? 0) < last) return { firstRevision: last, events: [] };
  return { firstRevision: first.revision - 1, events };
}

function sharedEvent(event: StoreEvent, share: Share): StoreEvent {
  const key = `${event.key.resource}\0${sortKey(event.key)}`;
  const { previous } = event;
  return { ...event, object: share(key, event.object), ...(previous && { previous: share(key, previous) }) };
}
