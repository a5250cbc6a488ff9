/**
 * The store on disk: a memory store with node:sqlite as its journal. Every change is written before it is told; after a restart
 * the objects, the revision and the recent changes are there again, so that watchers go on where they were.
 */
import { SealaneError } from '#kit/index.ts';
import { createMemoryStore, type Journal, type Store } from '#objects/index.ts';
import { type DatabaseWriter, openDatabase } from './database.ts';
import { type Loaded, loadDatabase } from './load-database.ts';

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
  const loaded = loadDatabase(database, path);
  const { firstRevision } = loaded;
  const store = createMemoryStore({
    historyLimit,
    firstRevision,
    journal: journalOf(writer, loaded, path, historyLimit),
  });
  return {
    ...store,
    close() {
      store.close();
      if (database.isOpen) database.close();
    },
  };
}

function journalOf(writer: DatabaseWriter, { changes, objects }: Loaded, path: string, historyLimit: number): Journal {
  let kept = changes.length;
  return {
    changes,
    objects,
    save(event) {
      const isFull = kept >= historyLimit * 2;
      try {
        writer.write(event, isFull ? event.revision - historyLimit : undefined);
      } catch (cause) {
        throw new SealaneError('apiserver/store', `write ${event.key.resource} ${event.key.name} to ${path}`, {
          cause,
        });
      }
      kept = isFull ? historyLimit : kept + 1;
    },
  };
}
