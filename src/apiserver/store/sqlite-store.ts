/**
 * The store on disk: node:sqlite behind a memory store. Every change is written before it is told; after a restart the objects,
 * the revision and the recent changes are there again, so that watchers go on where they were.
 */
import { SealaneError } from '#kit/index.ts';
import {
  createFanOut,
  createHistory,
  createShelf,
  decodeContinue,
  deepEqual,
  type KubeObject,
  listPage,
  revisionOf,
  rewind,
  type Shelf,
  type Store,
  type StoreEvent,
  type StoreKey,
  sortKey,
  withRevision,
  type WriteOutcome,
} from '#objects/index.ts';
import { openDatabase } from './database.ts';
import { loadDatabase } from './load-database.ts';

export interface SqliteStoreOptions {
  /** File, made with its folder when it is not there; `:memory:` for tests. One process at a time. */
  readonly path: string;
  /**
   * Changes kept for watches, at least; at most twice as many. Each costs memory, about three times its JSON; a watcher
   * that was away for longer lists again.
   */
  readonly historyLimit?: number;
}

/** @throws `apiserver/store` when the file cannot be opened, is damaged, or is another server's at the moment */
export function openSqliteStore({ path, historyLimit = 3_000 }: SqliteStoreOptions): Store {
  const { database, writer } = openDatabase(path);
  const { changes, shelves: stored } = loadDatabase(database, path);
  const history = createHistory(historyLimit, changes.firstRevision);
  for (const change of changes.events) history.append(change);
  const fanOut = createFanOut(history);
  const shelves = new Map<string, Shelf>();
  for (const [resource, objects] of stored) for (const [key, object] of objects) shelf(resource).put(key, object);
  let appended = changes.events.length;

  function shelf(resource: string): Shelf {
    const found = shelves.get(resource) ?? createShelf();
    shelves.set(resource, found);
    return found;
  }
  const current = (key: StoreKey) => shelves.get(key.resource)?.get(sortKey(key));

  function commit(type: StoreEvent['type'], key: StoreKey, object: KubeObject, previous?: KubeObject): WriteOutcome {
    const revision = history.revision() + 1;
    const stored = withRevision(object, String(revision));
    const event: StoreEvent = { type, revision, key, object: stored, ...(previous ? { previous } : {}) };
    save(event);
    if (type === 'DELETED') shelf(key.resource).remove(sortKey(key));
    else shelf(key.resource).put(sortKey(key), stored);
    history.append(event);
    fanOut.publish();
    return { outcome: 'ok', object: stored, revision, changed: true };
  }

  function save(event: StoreEvent): void {
    const isFull = appended >= historyLimit * 2;
    try {
      writer.write(event, isFull ? event.revision - historyLimit : undefined);
    } catch (cause) {
      throw new SealaneError('apiserver/store', `write ${event.key.resource} ${event.key.name} to ${path}`, { cause });
    }
    appended = isFull ? historyLimit : appended + 1;
  }

  return {
    revision: history.revision,
    get: current,
    list(resource, options = {}) {
      const token = options.continue ? decodeContinue(options.continue) : undefined;
      if (options.continue && !token) return { outcome: 'bad-continue' };
      const revision = Math.min(token?.revision ?? (options.revision || Infinity), history.revision());
      if (revision < history.compacted()) return { outcome: 'expired', oldest: history.compacted() };
      const today = shelves.get(resource)?.sorted() ?? [];
      const then = revision < history.revision() ? rewind(today, resource, revision, history) : today;
      return listPage(then, revision, options, token);
    },
    create(key, object) {
      const existing = current(key);
      return existing ? { outcome: 'exists', current: existing } : commit('ADDED', key, object);
    },
    update(key, object, expectedRevision) {
      const before = current(key);
      if (!before) return { outcome: 'missing' };
      if (isOther(before, expectedRevision)) return { outcome: 'conflict', current: before };
      const same = deepEqual(before, withRevision(object, before.metadata.resourceVersion));
      if (same) return { outcome: 'ok', object: before, revision: revisionOf(before), changed: false };
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
    close() {
      fanOut.stop();
      if (database.isOpen) database.close();
    },
  };
}

function isOther(stored: KubeObject, expectedRevision: number | undefined): boolean {
  return expectedRevision !== undefined && revisionOf(stored) !== expectedRevision;
}
