import { deepEqual } from '../equal.ts';
import type { KubeObject } from '../meta.ts';
import { decodeContinue } from './continue-token.ts';
import { createFanOut } from './fan-out.ts';
import { createHistory } from './history.ts';
import { listPage, sortKey } from './list-page.ts';
import { rewind } from './rewind.ts';
import { createShelf, type Shelf } from './shelf.ts';
import type { ListOptions, ListOutcome, Store, StoreEvent, StoreKey, WriteOutcome } from './store.ts';

/** Where a store's content comes from and goes to, when it is to outlive the process. */
export interface Journal {
  /** The recent changes, oldest first, their revisions without gaps. */
  readonly changes: readonly StoreEvent[];
  readonly objects: Iterable<{ readonly key: StoreKey; readonly object: KubeObject }>;
  /** Called before a change is seen by anybody; what it throws refuses the change. */
  save(event: StoreEvent): void;
}

export interface MemoryStoreOptions {
  /** Changes that are kept for watches and old lists, at least; default 10,000. */
  readonly historyLimit?: number;
  /** Revisions start after this; default 0. */
  readonly firstRevision?: number;
  readonly journal?: Journal;
}

/** The in-memory {@link Store}: the API server's in tests, and a client's fake. */
export function createMemoryStore({
  historyLimit = 10_000,
  journal,
  firstRevision = (journal?.changes[0]?.revision ?? 1) - 1,
}: MemoryStoreOptions = {}): Store {
  const history = createHistory(historyLimit, firstRevision);
  const fanOut = createFanOut(history);
  const shelves = new Map<string, Shelf>();

  const shelfOf = (resource: string): Shelf => {
    const shelf = shelves.get(resource) ?? createShelf();
    shelves.set(resource, shelf);
    return shelf;
  };
  for (const change of journal?.changes ?? []) history.append(change);
  for (const { key, object } of journal?.objects ?? []) shelfOf(key.resource).put(sortKey(key), object);
  const current = (key: StoreKey) => shelfOf(key.resource).get(sortKey(key));

  function commit(type: StoreEvent['type'], key: StoreKey, object: KubeObject, previous?: KubeObject): WriteOutcome {
    const revision = history.revision() + 1;
    const stored = withRevision(object, String(revision));
    const event: StoreEvent = { type, revision, key, object: stored, ...(previous ? { previous } : {}) };
    journal?.save(event);
    if (type === 'DELETED') shelfOf(key.resource).remove(sortKey(key));
    else shelfOf(key.resource).put(sortKey(key), stored);
    history.append(event);
    fanOut.publish();
    return { outcome: 'ok', object: stored, revision, changed: true };
  }

  function list(resource: string, options: ListOptions = {}): ListOutcome {
    const token = options.continue ? decodeContinue(options.continue) : undefined;
    if (options.continue && !token) return { outcome: 'bad-continue' };
    const revision = Math.min(token?.revision ?? (options.revision || Infinity), history.revision());
    if (revision < history.compacted()) return { outcome: 'expired', oldest: history.compacted() };
    const today = shelfOf(resource).sorted();
    const then = revision < history.revision() ? rewind(today, resource, revision, history) : today;
    return listPage(then, revision, options, token);
  }

  return {
    revision: history.revision,
    get: current,
    list,
    create(key, object) {
      const existing = current(key);
      return existing ? { outcome: 'exists', current: existing } : commit('ADDED', key, object);
    },
    update(key, object, expectedRevision) {
      const before = current(key);
      if (!before) return { outcome: 'missing' };
      if (isOther(before, expectedRevision)) return { outcome: 'conflict', current: before };
      if (isSame(before, object)) return unchanged(before);
      return commit('MODIFIED', key, object, before);
    },
    delete(key, expectedRevision) {
      const before = current(key);
      if (!before) return { outcome: 'missing' };
      if (isOther(before, expectedRevision)) return { outcome: 'conflict', current: before };
      return commit('DELETED', key, before, before);
    },
    watch: fanOut.watch,
    compact: history.compact,
    close: fanOut.stop,
  };
}

/** The object's own revision, as a number. */
export function revisionOf(object: KubeObject): number {
  return Number(object.metadata.resourceVersion);
}

/** A copy that says which revision it is of. */
export function withRevision(object: KubeObject, resourceVersion: string | undefined): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion } as KubeObject['metadata'] };
}

function isOther(stored: KubeObject, expectedRevision: number | undefined): boolean {
  return expectedRevision !== undefined && revisionOf(stored) !== expectedRevision;
}

function isSame(stored: KubeObject, object: KubeObject): boolean {
  return deepEqual(stored, withRevision(object, stored.metadata.resourceVersion));
}

function unchanged(object: KubeObject): WriteOutcome {
  return { outcome: 'ok', object, revision: revisionOf(object), changed: false };
}
