/** The file: two tables, objects as they are and the recent changes. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SealaneError } from '#kit/index.ts';
import { type StoreEvent, sortKey } from '#objects/index.ts';

/** Raised when the tables change: an older program then refuses the file. */
const FORMAT = 1;
/** A server that is being replaced needs a moment to let go of the file. */
const BUSY_MS = 3_000;

/** FULL: a commit is synced before it is acknowledged, or refused; NORMAL would sync the journal now and then. */
const SET_UP = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -512;
  BEGIN EXCLUSIVE;
  CREATE TABLE IF NOT EXISTS objects (resource TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (resource, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS changes (revision INTEGER PRIMARY KEY, body TEXT NOT NULL);
  PRAGMA user_version = ${FORMAT};
  COMMIT;
`;

export interface DatabaseWriter {
  /** One change, whole or not at all. @param forgetUpTo changes that are no longer needed */
  write(event: StoreEvent, forgetUpTo: number | undefined): void;
}

/** @throws `apiserver/store` */
export function openDatabase(path: string): { readonly database: DatabaseSync; readonly writer: DatabaseWriter } {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    database = new DatabaseSync(path, { timeout: BUSY_MS });
    checkFormat(database);
    database.exec(SET_UP);
    return { database, writer: writerOf(database) };
  } catch (cause) {
    database?.close();
    throw new SealaneError('apiserver/store', `open ${path}`, { cause, hint: hintFor(cause) });
  }
}

function checkFormat(database: DatabaseSync): void {
  const { user_version: format } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (format > FORMAT)
    throw new SealaneError('apiserver/store', `format ${format}, this program knows up to ${FORMAT}`);
}

const SQLITE_BUSY = 5;

function hintFor(cause: unknown): string {
  if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) return 'another API server has this file open';
  return 'is it a database of ours, and is the folder writable? Moved out of the way, a new one is begun';
}

function writerOf(database: DatabaseSync): DatabaseWriter {
  const put = database.prepare('INSERT INTO objects VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body');
  const remove = database.prepare('DELETE FROM objects WHERE resource = ? AND key = ?');
  const append = database.prepare('INSERT INTO changes VALUES (?, ?)');
  const forget = database.prepare('DELETE FROM changes WHERE revision <= ?');
  return {
    write(event, forgetUpTo) {
      const { key, type, object, revision } = event;
      database.exec('BEGIN');
      try {
        if (type === 'DELETED') remove.run(key.resource, sortKey(key));
        else put.run(key.resource, sortKey(key), JSON.stringify(object));
        append.run(revision, JSON.stringify(event));
        if (forgetUpTo !== undefined) forget.run(forgetUpTo);
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK'); // a full disk may have rolled back already
        throw error;
      }
    },
  };
}
