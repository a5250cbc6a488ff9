/** Watches: events after a revision, one JSON line each, until the client or the time limit ends it. */
import { type Clock, every } from '#kit/index.ts';
import { apiVersionOf, asJson, type KubeObject, type Store, type StoreEvent, storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import { inVersion } from '../write/writer.ts';
import { expired } from './api-error.ts';
import { type Exchange, flagParameter, numberParameter } from './exchange.ts';
import { presentOne, wantsTable } from './present.ts';
import type { Filter } from './selection.ts';

export interface WatchContext {
  readonly store: Store;
  readonly clock: Clock;
  /** Ends every watch when the server stops. */
  readonly stopping: AbortSignal;
}

const BOOKMARK_MS = 10_000;
const DEFAULT_SECONDS = 1800;
/** A reader slower than this is cut off: it lists again, and nobody buffers without end. */
const MAX_BUFFERED = 8 * 1024 * 1024;

/** @throws ApiError 410 when the revision asked for is forgotten */
export function serveWatch(
  context: WatchContext,
  exchange: Exchange,
  asked: Asked,
  namespace: string | undefined,
  filter: Filter | undefined,
): void {
  const { store, clock, stopping } = context;
  const { url, response } = exchange;
  const resource = storeResource(asked.type);
  const version = url.searchParams.get('resourceVersion') ?? '';
  const fromStart = version === '' || version === '0';
  const bookmarks = flagParameter(url, 'allowWatchBookmarks');
  const initial = fromStart ? listNow(store, resource, namespace, filter) : undefined;
  const fromRevision = initial?.revision ?? (numberParameter(url, 'resourceVersion') || 0);
  let sent = fromRevision;
  let ended = false;
  let stopWatch = () => {};

  const end = () => {
    if (ended) return;
    ended = true;
    stopWatch();
    stopBookmarks();
    cancelTimeout();
    stopping.removeEventListener('abort', end);
    response.end();
  };
  const write = (type: string, object: unknown) => {
    if (ended) return;
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > MAX_BUFFERED) response.stream?.close?.() ?? response.destroy();
  };
  const show = (type: string, object: KubeObject) =>
    write(type, wantsTable(exchange) ? presentOne(exchange, asked, object, clock) : asJson(inVersion(asked, object)));
  const bookmark = (annotations?: Record<string, string>) =>
    write('BOOKMARK', {
      kind: asked.type.kind,
      apiVersion: apiVersionOf(asked.type),
      metadata: { resourceVersion: String(sent), creationTimestamp: null, ...(annotations && { annotations }) },
    });

  const stopBookmarks = bookmarks
    ? every(clock, BOOKMARK_MS, () => {
        sent = Math.max(sent, store.revision());
        bookmark();
      })
    : () => {};
  const seconds = numberParameter(url, 'timeoutSeconds') ?? DEFAULT_SECONDS;
  const cancelTimeout = clock.after(seconds * 1000, end, { background: true });

  const watching = store.watch(resource, { namespace, fromRevision }, (event) => {
    sent = event.revision;
    const shown = selected(event, filter);
    if (shown) show(shown.type, shown.object);
  });
  if (watching.outcome === 'expired') {
    ended = true;
    stopBookmarks();
    cancelTimeout();
    throw expired(`too old resource version: ${version} (${watching.oldest})`);
  }
  stopWatch = watching.stop;
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' });
  for (const object of initial?.items ?? []) show('ADDED', object);
  if (initial && flagParameter(url, 'sendInitialEvents')) bookmark({ 'k8s.io/initial-events-end': 'true' });
  response.on('close', end);
  stopping.addEventListener('abort', end);
  // Gone before we listened: then neither event comes any more.
  if (stopping.aborted || response.destroyed || response.stream?.destroyed) end();
  (response as { flushHeaders?: () => void }).flushHeaders?.(); // HTTP/1.1 would wait for the first event
}

function listNow(store: Store, resource: string, namespace: string | undefined, filter: Filter | undefined) {
  const outcome = store.list(resource, { namespace, filter });
  return outcome.outcome === 'ok' ? outcome : { revision: store.revision(), items: [] };
}

/** With a selector, what enters the selection is added and what leaves it is deleted. */
function selected(event: StoreEvent, filter: Filter | undefined): Pick<StoreEvent, 'type' | 'object'> | undefined {
  if (!filter || event.type === 'ADDED' || event.type === 'DELETED') {
    return !filter || filter(event.object) ? event : undefined;
  }
  const [was, is] = [event.previous !== undefined && filter(event.previous), filter(event.object)];
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: event.object };
  return was ? { type: 'DELETED', object: event.object } : undefined;
}
