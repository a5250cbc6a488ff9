/**
 * The store on disk: a memory store with node:sqlite as its journal. Every change is written before it is told; after a restart
 * the objects, the revision and the recent changes are there again, so that watchers go on where they were.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { SealaneError } from '#kit/index.ts';
import {
  createMemoryStore,
  type Journal,
  type KubeObject,
  type Store,
  type StoreEvent,
  sortKey,
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

/** @throws `apiserver/store` when the file cannot be opened or is no database of ours */
export function openSqliteStore({ path, historyLimit = 10_000 }: SqliteStoreOptions): Store {
  const database = opened(path);
  const store = createMemoryStore({ historyLimit, journal: journalIn(database, path, historyLimit) });
  return {
    ...store,
    close() {
      store.close();
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

function journalIn(database: DatabaseSync, path: string, historyLimit: number): Journal {
  const sql = statements(database);
  const changes = readAll<StoreEvent>(database, 'SELECT body FROM changes ORDER BY revision', path);
  let kept = changes.length;
  return {
    changes,
    objects: readObjects(database, path),
    save(event) {
      const { resource } = event.key;
      database.exec('BEGIN');
      try {
        if (event.type === 'DELETED') sql.remove.run(resource, sortKey(event.key));
        else sql.put.run(resource, sortKey(event.key), JSON.stringify(event.object));
        sql.append.run(event.revision, JSON.stringify(event));
        kept += 1;
        if (kept > historyLimit * 2) {
          sql.trim.run(event.revision - historyLimit);
          kept = historyLimit;
        }
        database.exec('COMMIT');
      } catch (cause) {
        database.exec('ROLLBACK');
        throw new SealaneError('apiserver/store', `write ${resource} ${event.key.name} to ${path}`, { cause });
      }
    },
  };
}

function statements(database: DatabaseSync): Record<'put' | 'remove' | 'append' | 'trim', StatementSync> {
  return {
    put: database.prepare('INSERT INTO objects VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body'),
    remove: database.prepare('DELETE FROM objects WHERE resource = ? AND key = ?'),
    append: database.prepare('INSERT INTO changes VALUES (?, ?)'),
    trim: database.prepare('DELETE FROM changes WHERE revision <= ?'),
  };
}

function readObjects(database: DatabaseSync, path: string): Journal['objects'] {
  const resources = database.prepare('SELECT DISTINCT resource FROM objects').all() as { resource: string }[];
  return resources.flatMap(({ resource }) =>
    readAll<KubeObject>(database, 'SELECT body FROM objects WHERE resource = ?', path, resource).map((object) => {
      const { namespace, name } = object.metadata;
      return { key: { resource, namespace, name }, object };
    }),
  );
}

/** @throws `apiserver/store` for a row that cannot be read */
function readAll<T>(database: DatabaseSync, query: string, path: string, ...values: string[]): T[] {
  try {
    const rows = database.prepare(query).all(...values) as { body: string }[];
    return rows.map(({ body }) => JSON.parse(body) as T);
  } catch (cause) {
    throw new SealaneError('apiserver/store', `read ${path}`, {
      cause,
      hint: 'the file is damaged: restore it, or start with a new one',
    });
  }
}
