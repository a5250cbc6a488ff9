import type { KubeObject, ResourceType } from '../meta.ts';

/**
 * What one API server keeps: objects by resource, namespace and name, under one revision that only grows, and the recent
 * changes. Everything is synchronous. Objects that go in or come out are shared, not copied: nobody may change them.
 *
 * The store writes `metadata.resourceVersion` (the revision of the object's last change, in decimal) and nothing else:
 * uid, generation, finalizers, names and selectors are the server's.
 */
export interface Store {
  /** Of the last change, 0 when there was none. */
  revision(): number;
  get(key: StoreKey): KubeObject | undefined;
  /** Objects of one resource, by namespace, then name, all as they were at one revision. */
  list(resource: string, options?: ListOptions): ListOutcome;
  create(key: StoreKey, object: KubeObject): WriteOutcome;
  /**
   * @param expectedRevision that of the object as the caller read it; left out: replaces whatever is there.
   * An object equal to the stored one is no change: the stored one is returned, with its revision, and nobody is told.
   */
  update(key: StoreKey, object: KubeObject, expectedRevision?: number): WriteOutcome;
  /** Returns the object as it was, with the revision of its deletion; that is also what watchers see. */
  delete(key: StoreKey, expectedRevision?: number): WriteOutcome;
  /**
   * Every change after `fromRevision`, exactly once, in order. Those that happened already are delivered before this
   * returns; later ones inside the call that makes them (a write made by a listener is delivered after the event that
   * it reacts to). A listener that throws is not called again.
   */
  watch(resource: string, options: WatchOptions, listener: StoreListener): WatchOutcome;
  /** Forgets changes up to and including this revision: watches and lists from before it are `expired`. */
  compact(revision: number): void;
  close(): void;
}

export interface StoreKey {
  /** See {@link storeResource}. */
  readonly resource: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  /** At most so many objects that pass `filter`; absent or 0: all. */
  readonly limit?: number | undefined;
  /** From the answer before: goes on at that answer's revision. */
  readonly continue?: string | undefined;
  /** As it was at exactly this revision; absent, 0 or yet to come: now. Not together with `continue`. */
  readonly revision?: number | undefined;
  readonly filter?: ((object: KubeObject) => boolean) | undefined;
}

export type ListOutcome =
  | {
      readonly outcome: 'ok';
      readonly revision: number;
      readonly items: readonly KubeObject[];
      /** There is more. */
      readonly continue?: string;
      /** How many more; absent with a filter. */
      readonly remaining?: number;
    }
  | Expired
  | { readonly outcome: 'bad-continue' };

export type WriteOutcome =
  | { readonly outcome: 'ok'; readonly object: KubeObject; readonly revision: number; readonly changed: boolean }
  /** `create` only. */
  | { readonly outcome: 'exists'; readonly current: KubeObject }
  | { readonly outcome: 'missing' }
  /** Another revision than expected. */
  | { readonly outcome: 'conflict'; readonly current: KubeObject };

export interface WatchOptions {
  readonly namespace?: string | undefined;
  /** Changes after this one. A revision that is yet to come waits for it. */
  readonly fromRevision: number;
}

export type WatchOutcome = { readonly outcome: 'watching'; readonly stop: () => void } | Expired;

/** The history needed is gone: 410 to a client. */
export interface Expired {
  readonly outcome: 'expired';
  /** The oldest revision that can still be asked for. */
  readonly oldest: number;
}

export type StoreListener = (event: StoreEvent) => void;

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly key: StoreKey;
  /** For `DELETED` the last state, with the revision of the deletion. */
  readonly object: KubeObject;
  /** The state before; absent for `ADDED`. With it a selecting watch knows what entered and what left. */
  readonly previous?: KubeObject;
}

/** Versions of a kind share their objects: the name leaves the version out. */
export function storeResource({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): string {
  return group ? `${group}/${plural}` : plural;
}
