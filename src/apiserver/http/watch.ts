/** Watches: events after a revision, one JSON line each, until the client or the time limit ends it. */
import type { Clock } from '#kit/index.ts';
import { type Store, type StoreEvent, storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import { expired } from './api-error.ts';
import { type Exchange, flagParameter, numberParameter } from './exchange.ts';
import type { Filter } from './selection.ts';
import { eventWriter } from './watch-events.ts';
import { watchStart } from './watch-start.ts';
import { openWatchStream } from './watch-stream.ts';

export interface WatchContext {
  readonly store: Store;
  readonly clock: Clock;
  /** Ends every watch when the server stops. */
  readonly stopping: AbortSignal;
}

const BOOKMARK_MS = 10_000;
const DEFAULT_SECONDS = 1800;
const MAX_SECONDS = 24 * 3600;

/**
 * Everything up to the first event that is yet to come happens in one turn of the loop: nothing can change between the
 * list and the watch.
 * @throws ApiError 410 when the revision asked for is forgotten, or was never reached
 */
export function serveWatch(
  { store, clock, stopping }: WatchContext,
  exchange: Exchange,
  asked: Asked,
  namespace: string | undefined,
  filter: Filter | undefined,
): void {
  const { url } = exchange;
  const resource = storeResource(asked.type);
  const { fromRevision, initial, tellsEnd } = watchStart(url, store, resource, { namespace, filter });
  const missed: StoreEvent[] = [];
  let tell = (event: StoreEvent) => void missed.push(event);
  const watching = store.watch(resource, { namespace, fromRevision }, (event) => tell(event));
  if (watching.outcome === 'expired') throw tooOld(fromRevision, watching.oldest);
  const stream = openWatchStream(exchange, {
    clock,
    stopping,
    seconds: Math.min(numberParameter(url, 'timeoutSeconds') || DEFAULT_SECONDS, MAX_SECONDS),
    ...(flagParameter(url, 'allowWatchBookmarks') && { everyMs: BOOKMARK_MS }),
    onTick: () => events.bookmark(store.revision()),
    onEnd: watching.stop,
  });
  const events = eventWriter(stream.write, exchange, asked, clock);
  for (const object of initial) events.show('ADDED', object);
  if (tellsEnd) events.bookmark(fromRevision, { 'k8s.io/initial-events-end': 'true' });
  tell = (event) => {
    const shown = selected(event, filter);
    if (shown) events.show(shown.type, shown.object);
  };
  missed.forEach(tell);
  stream.cutWhenSlow();
}

function tooOld(revision: number, oldest: number) {
  return expired(`too old resource version: ${revision} (${oldest})`);
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
