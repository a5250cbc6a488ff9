/**
 * The store on disk: node:sqlite behind a memory store. Every change is written before it is told; after a restart the objects,
 * the revision and the recent changes are there again, so that watchers go on where they were.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { SealaneError } from '#kit/index.ts';
import {
  createFanOut,
  createHistory,
  decodeContinue,
  deepEqual,
  type KubeObject,
  listPage,
  revisionOf,
  rewind,
  type Store,
  type StoreEvent,
  type StoreKey,
  sortKey,
  withRevision,
  type WriteOutcome,
} from '#objects/index.ts';

export interface SqliteStoreOptions {
  /** File, made with its folder when it is not there; `:memory:` for tests. */
  readonly path: string;
  /** Changes kept for watches, at least; default 10,000. */
  readonly historyLimit?: number;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS objects (resource TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (resource, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS changes (revision INTEGER PRIMARY KEY, body TEXT NOT NULL);
`;

/** @throws `apiserver/store` when the file cannot be opened or is no database */
export function openSqliteStore({ path, historyLimit = 10_000 }: SqliteStoreOptions): Store {
  const database = opened(path);
  const changes = readChanges(database);
  const last = changes.at(-1)?.revision ?? 0;
  const history = createHistory(historyLimit, (changes[0]?.revision ?? last + 1) - 1);
  for (const change of changes) history.append(change);
  const fanOut = createFanOut(history);
  const shelves = readObjects(database);
  const sql = statements(database);
  let appended = changes.length;

  const shelf = (resource: string): Map<string, KubeObject> => {
    const found = shelves.get(resource) ?? new Map<string, KubeObject>();
    shelves.set(resource, found);
    return found;
  };
  const current = (key: StoreKey) => shelf(key.resource).get(sortKey(key));

  function commit(type: StoreEvent['type'], key: StoreKey, object: KubeObject, previous?: KubeObject): WriteOutcome {
    const revision = history.revision() + 1;
    const stored = withRevision(object, String(revision));
    const event: StoreEvent = { type, revision, key, object: stored, ...(previous ? { previous } : {}) };
    save(event);
    if (type === 'DELETED') shelf(key.resource).delete(sortKey(key));
    else shelf(key.resource).set(sortKey(key), stored);
    history.append(event);
    fanOut.publish();
    return { outcome: 'ok', object: stored, revision, changed: true };
  }

  function save(event: StoreEvent): void {
    const { resource } = event.key;
    database.exec('BEGIN');
    try {
      if (event.type === 'DELETED') sql.remove.run(resource, sortKey(event.key));
      else sql.put.run(resource, sortKey(event.key), JSON.stringify(event.object));
      sql.append.run(event.revision, JSON.stringify(event));
      appended += 1;
      if (appended > historyLimit * 2) {
        sql.trim.run(event.revision - historyLimit);
        appended = historyLimit;
      }
      database.exec('COMMIT');
    } catch (cause) {
      database.exec('ROLLBACK');
      throw new SealaneError('apiserver/store', `write ${resource} ${event.key.name} to ${path}`, { cause });
    }
  }

  return {
    revision: history.revision,
    get: current,
    list(resource, options = {}) {
      const token = options.continue ? decodeContinue(options.continue) : undefined;
      if (options.continue && !token) return { outcome: 'bad-continue' };
      const revision = Math.min(token?.revision ?? (options.revision || Infinity), history.revision());
      if (revision < history.compacted()) return { outcome: 'expired', oldest: history.compacted() };
      const today = sorted(shelf(resource));
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
      database.close();
    },
  };
}

function opened(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(path);
    database.exec(SCHEMA);
    return database;
  } catch (cause) {
    throw new SealaneError('apiserver/store', `open ${path}`, {
      cause,
      hint: 'is it a database of ours, and is the folder writable?',
    });
  }
}

function statements(database: DatabaseSync): Record<'put' | 'remove' | 'append' | 'trim', StatementSync> {
  return {
    put: database.prepare('INSERT INTO objects VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body'),
    remove: database.prepare('DELETE FROM objects WHERE resource = ? AND key = ?'),
    append: database.prepare('INSERT INTO changes VALUES (?, ?)'),
    trim: database.prepare('DELETE FROM changes WHERE revision <= ?'),
  };
}

function readChanges(database: DatabaseSync): StoreEvent[] {
  const rows = database.prepare('SELECT body FROM changes ORDER BY revision').all() as { body: string }[];
  return rows.map(({ body }) => JSON.parse(body) as StoreEvent);
}

function readObjects(database: DatabaseSync): Map<string, Map<string, KubeObject>> {
  const rows = database.prepare('SELECT resource, key, body FROM objects').all() as Record<
    'resource' | 'key' | 'body',
    string
  >[];
  const shelves = new Map<string, Map<string, KubeObject>>();
  for (const { resource, key, body } of rows) {
    const shelf = shelves.get(resource) ?? new Map<string, KubeObject>();
    shelves.set(resource, shelf.set(key, JSON.parse(body) as KubeObject));
  }
  return shelves;
}

/** By namespace, then name. */
function sorted(shelf: Map<string, KubeObject>): [string, KubeObject][] {
  return [...shelf].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function isOther(stored: KubeObject, expectedRevision: number | undefined): boolean {
  return expectedRevision !== undefined && revisionOf(stored) !== expectedRevision;
}
