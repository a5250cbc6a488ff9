/**
 * Keeps a cache equal to what an API server holds: list in pages, then watch; resume where the watch broke off, list again when the
 * server has forgotten. A list is compared with the cache, so nothing is missed whatever happened in between. While the server is
 * away the cache keeps its last state.
 */
import { type Clock, doubled, isFault, type Log, messageOf, sleep, SealaneError, systemClock } from '#kit/index.ts';
import { deepEqual, type KubeObject, keyOf, type ResourceType, type WatchEvent } from '#objects/index.ts';
import { type ChangeListener, createShelf, type Shelf } from './cache.ts';
import type { Client, ListQuery, Page } from './client.ts';
import { lines } from './lines.ts';
import { listenTo } from './liveness.ts';
import { pathOf, queryOf, subjectOf } from './paths.ts';
import { retryDelay } from './retry-delay.ts';

export interface ReflectOptions<T extends KubeObject> extends ListQuery {
  /** Keep only what is needed of each object; metadata name, namespace, uid and resourceVersion must stay. */
  readonly project?: (object: T) => T;
  /** Objects that fail are as if they were not there; asked before `project`. */
  readonly keep?: (object: T) => boolean;
  /** One index of the caller's choice, read by `indexed`. */
  readonly indexBy?: (object: T) => string | undefined;
  /** The kind may not be served: then it is empty and synced, and looked for again every 5 s. */
  readonly optional?: boolean;
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface Cache<T extends KubeObject = KubeObject> {
  /** @param key `namespace/name`, or the name of a cluster-scoped object */
  get(key: string): T | undefined;
  list(): T[];
  keys(): string[];
  inNamespace(namespace: string): T[];
  indexed(value: string): T[];
  readonly size: number;
  /** Listed completely at least once. */
  readonly synced: boolean;
  /** Whether the server is being watched right now. */
  readonly connected: boolean;
  /** False while the server does not serve the kind (only for `optional`). */
  readonly served: boolean;
  /** Resolves true once synced, false when stopped or when the signal fires first. */
  whenSynced(signal?: AbortSignal): Promise<boolean>;
  /** Called after the cache has changed. Also for objects of the first list. @returns unsubscribe */
  onChange(listener: ChangeListener<T>): () => void;
  /** Called when `synced`, `connected` or `served` changes. */
  onState(listener: () => void): () => void;
  /** List again from the start: the server may be another one. */
  relist(): void;
  stop(): void;
}

/** A page is parsed at once: this many stay far below the time and the memory that anyone would notice. */
const PAGE = 100;
/** In most clusters what is optional never comes. */
const ABSENT_RETRY_MS = { first: 5_000, most: 60_000 };
/** The server ends a watch after this long; a connection that died silently is noticed then at the latest. */
const WATCH_SECONDS = { min: 60, spread: 30 };
/** A restart is nobody's business; what lasts is said once. */
const SAID_AFTER = 5;
/** A watch that lasted this long was a good one. */
const GOOD_WATCH_MS = 5_000;
const WATCH_GRACE_MS = 5_000;
/** Objects asked for to know whether a server is the one that we followed. */
const WITNESSES = 3;

interface State {
  version: string | undefined;
  /** The connection broke: the server may have been replaced by one with an older history. */
  suspicious: boolean;
  failures: number;
  synced: boolean;
  connected: boolean;
  served: boolean;
}

export function reflect<T extends KubeObject>(
  client: Client,
  type: ResourceType,
  options: ReflectOptions<T> = {},
): Cache<T> {
  const { clock = systemClock, log } = options;
  const shelf = createShelf<T>(options.indexBy);
  const stateListeners = new Set<() => void>();
  const stopping = new AbortController();
  const state: State = {
    version: undefined,
    suspicious: false,
    failures: 0,
    synced: false,
    connected: false,
    served: true,
  };
  let round = new AbortController();
  /** How often in a row the kind was not served. */
  let absences = 0;

  const set = (change: Partial<State>) => {
    const before = `${state.synced} ${state.connected} ${state.served}`;
    Object.assign(state, change);
    if (before !== `${state.synced} ${state.connected} ${state.served}`)
      for (const listener of stateListeners) listener();
  };

  const context: Context<T> = { client, type, options, shelf, state, set, clock };

  async function run() {
    while (!stopping.signal.aborted) {
      round = new AbortController();
      const signal = AbortSignal.any([stopping.signal, round.signal]);
      try {
        if (state.version !== undefined && state.suspicious) await checkHistory(context, signal);
        if (state.version === undefined) await fill(context, signal);
        absences = 0;
        await follow(context, signal);
        // Ended on schedule: taken up again where it was, nobody need know.
        if (!state.suspicious) continue;
        set({ connected: false });
        await sleep(clock, retryDelay(state.failures++, clock), signal);
      } catch (error) {
        set({ connected: false });
        if (!stopping.signal.aborted && !round.signal.aborted) await recover(error);
      }
    }
  }

  async function recover(error: unknown) {
    if (isFault(error, 'kube/expired')) {
      state.version = undefined;
      if (state.failures++ === 0) return;
    }
    if (options.optional && isFault(error, 'kube/not-found')) return settleAbsent();
    state.suspicious = true;
    const delay = retryDelay(state.failures++, clock);
    const fields = { resource: subjectOf(type, options), reason: messageOf(error), delay };
    if (state.failures === SAID_AFTER) log?.warn(fields, 'cannot follow, still trying');
    else log?.debug(fields, 'watch broken, will be resumed');
    await sleep(clock, delay, stopping.signal);
  }

  async function settleAbsent() {
    for (const key of shelf.keys()) shelf.remove(key);
    state.version = undefined;
    set({ synced: true, served: false });
    await sleep(clock, doubled(ABSENT_RETRY_MS, absences++), AbortSignal.any([stopping.signal, round.signal]));
  }

  void run();

  return {
    get: shelf.get,
    list: shelf.list,
    keys: shelf.keys,
    inNamespace: shelf.inNamespace,
    indexed: shelf.indexed,
    onChange: shelf.onChange,
    get size() {
      return shelf.size;
    },
    get synced() {
      return state.synced;
    },
    get connected() {
      return state.connected;
    },
    get served() {
      return state.served;
    },
    whenSynced: (signal) => whenTrue(() => state.synced, stateListeners, [stopping.signal, signal]),
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    relist() {
      state.version = undefined;
      round.abort();
    },
    stop: () => stopping.abort(),
  };
}

interface Context<T extends KubeObject> {
  readonly client: Client;
  readonly type: ResourceType;
  readonly options: ReflectOptions<T>;
  readonly shelf: Shelf<T>;
  readonly state: State;
  readonly set: (change: Partial<State>) => void;
  readonly clock: Clock;
}

/**
 * A restored or recreated server counts on from a lower version. It would never send what we wait for; or, once it has come as far as
 * we were, not what came before.
 */
async function checkHistory<T extends KubeObject>(context: Context<T>, signal: AbortSignal) {
  const { client, type, options, state } = context;
  for await (const page of client.pages<T>(type, options, PAGE, signal)) {
    const isOther = versionOf(page) < Number(state.version) || wasMissed(context, page);
    if (isOther || (!page.isLast && (await hasForgotten(context)))) state.version = undefined;
    break;
  }
  state.suspicious = false;
}

/** We have what is there up to our version, and nothing else. In another history a number may stand for another change. */
function wasMissed<T extends KubeObject>({ shelf, state, options }: Context<T>, { items, isLast }: Page<T>): boolean {
  const listed = new Map(
    items.filter((item) => !options.keep || options.keep(item)).map((item) => [keyOf(item), item]),
  );
  const end = items.at(-1);
  const isListed = (key: string) => isLast || (end !== undefined && key <= keyOf(end));
  return (
    shelf.keys().some((key) => isListed(key) && !listed.has(key)) ||
    [...listed].some(
      ([key, item]) =>
        versionOf(item.metadata) <= Number(state.version) && !deepEqual(shelf.get(key), project(item, options)),
    )
  );
}

/** What changed last is there, as it was or newer, in any history that goes on from ours. */
async function hasForgotten<T extends KubeObject>({ client, type, shelf, options }: Context<T>) {
  for (const known of newest(shelf.list(), WITNESSES)) {
    const now = await client.find<T>(type, known.metadata);
    if (!now) return true;
    if (versionOf(now.metadata) <= versionOf(known.metadata) && !deepEqual(known, project(now, options))) return true;
  }
  return false;
}

function newest<T extends KubeObject>(objects: readonly T[], count: number): T[] {
  return objects.toSorted((a, b) => versionOf(b.metadata) - versionOf(a.metadata)).slice(0, count);
}

function versionOf({ resourceVersion }: { readonly resourceVersion?: string | undefined }): number {
  return Number(resourceVersion);
}

async function fill<T extends KubeObject>(
  { client, type, options, shelf, state, set }: Context<T>,
  signal: AbortSignal,
) {
  const seen = new Set<string>();
  let version = '';
  for await (const page of client.pages<T>(type, options, PAGE, signal)) {
    version = page.resourceVersion;
    for (const item of page.items) {
      if (options.keep && !options.keep(item)) continue;
      const object = project(item, options);
      seen.add(keyOf(object));
      shelf.put(object);
    }
  }
  for (const key of shelf.keys()) if (!seen.has(key)) shelf.remove(key);
  state.version = version;
  state.suspicious = false;
  set({ synced: true, served: true });
}

async function follow<T extends KubeObject>(context: Context<T>, outer: AbortSignal) {
  const { client, type, options, state, set, clock } = context;
  const timeoutSeconds = Math.round(WATCH_SECONDS.min + clock.random() * WATCH_SECONDS.spread);
  const startedAt = clock.monotonic();
  const late = new AbortController();
  const cancel = clock.after(timeoutSeconds * 1000 + WATCH_GRACE_MS, () => late.abort(), { background: true });
  const listener = listenTo(client.connection, clock, () => late.abort());
  const signal = AbortSignal.any([outer, late.signal]);
  try {
    const query = queryOf({
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: state.version,
      timeoutSeconds,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    });
    const response = await client.stream({ path: pathOf(type, options) + query, signal });
    const stop = () => response.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      set({ connected: true });
      for await (const line of lines(response)) {
        listener.heard();
        take(context, line);
      }
      // Ended before its time: the server goes away, perhaps to come back as another.
      state.suspicious = clock.monotonic() - startedAt < (timeoutSeconds - 1) * 1000;
    } finally {
      signal.removeEventListener('abort', stop);
      response.destroy();
    }
  } finally {
    if (clock.monotonic() - startedAt > GOOD_WATCH_MS) state.failures = 0;
    listener.end();
    cancel();
  }
}

function take<T extends KubeObject>({ shelf, state, options, type }: Context<T>, line: string) {
  const event = parseEvent<T>(line, subjectOf(type, options));
  const { object } = event;
  state.failures = 0;
  if (event.type === 'BOOKMARK') {
    state.version = object.metadata.resourceVersion ?? state.version;
    return;
  }
  state.version = object.metadata.resourceVersion ?? state.version;
  const unwanted = event.type === 'DELETED' || (options.keep && !options.keep(object));
  if (unwanted) shelf.remove(keyOf(object));
  else shelf.put(project(object, options));
}

function parseEvent<T>(line: string, subject: string): WatchEvent<T & KubeObject> {
  let event: { readonly type: string; readonly object: unknown };
  try {
    event = JSON.parse(line) as typeof event;
  } catch (cause) {
    throw new SealaneError('kube/bad-answer', `watch ${subject}: read an event`, { cause });
  }
  if (event.type !== 'ERROR') return event as WatchEvent<T & KubeObject>;
  const status = event.object as { readonly code?: number; readonly message?: string };
  const code = status.code === 410 ? 'kube/expired' : 'kube/refused';
  throw new SealaneError(code, `watch ${subject}`, { cause: status.message });
}

function project<T extends KubeObject>(object: T, { project: choose }: ReflectOptions<T>): T {
  if (choose) return choose(object);
  if (!object.metadata.managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function whenTrue(
  test: () => boolean,
  listeners: Set<() => void>,
  signals: readonly (AbortSignal | undefined)[],
): Promise<boolean> {
  if (test()) return Promise.resolve(true);
  const any = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  if (any.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const finish = () => {
      listeners.delete(look);
      any.removeEventListener('abort', finish);
      resolve(test());
    };
    const look = () => {
      if (test()) finish();
    };
    listeners.add(look);
    any.addEventListener('abort', finish, { once: true });
  });
}
