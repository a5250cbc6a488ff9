import { SealaneError } from '#kit/index.ts';
import type { Store } from './store.ts';

export interface MemoryStoreOptions {
  /** Changes that are kept for watches and old lists, at least; default 10,000. */
  readonly historyLimit?: number;
  /** Revisions start after this; default 0. */
  readonly firstRevision?: number;
}

export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  throw new SealaneError('objects/not-implemented', `memory store ${JSON.stringify(options)}`);
}
