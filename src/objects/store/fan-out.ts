import type { EventSource } from './history.ts';
import type { StoreEvent, StoreListener, WatchOptions, WatchOutcome } from './store.ts';

/** Hands the changes of a source to watchers; any store keeps one. */
export interface FanOut {
  /** {@link Store.watch} */
  readonly watch: (resource: string, options: WatchOptions, listener: StoreListener) => WatchOutcome;
  /** After a change was appended to the source. */
  readonly publish: () => void;
  readonly stop: () => void;
}

interface Watcher {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly listener: StoreListener;
  /** The revision up to which this one has been served. */
  served: number;
  serving: boolean;
}

/**
 * Each watcher pulls from the source at its own revision. That alone gives order and exactly-once, even when a listener
 * writes or watches while it is being called.
 */
export function createFanOut(source: EventSource): FanOut {
  const watchers = new Set<Watcher>();

  function serve(watcher: Watcher) {
    if (watcher.serving) return;
    watcher.serving = true;
    while (watchers.has(watcher) && watcher.served < source.revision()) {
      watcher.served += 1;
      const event = source.at(watcher.served);
      if (event && concerns(watcher, event)) deliver(watcher, event);
    }
    watcher.serving = false;
  }

  function deliver(watcher: Watcher, event: StoreEvent) {
    try {
      watcher.listener(event);
    } catch (error) {
      watchers.delete(watcher);
      // The writer did nothing wrong: its call must not fail. The fault surfaces as uncaught.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  return {
    watch(resource, { namespace, fromRevision }, listener) {
      if (fromRevision < source.compacted()) return { outcome: 'expired', oldest: source.compacted() };
      const watcher: Watcher = { resource, namespace, listener, served: fromRevision, serving: false };
      watchers.add(watcher);
      serve(watcher);
      return { outcome: 'watching', stop: () => void watchers.delete(watcher) };
    },
    publish: () => watchers.forEach(serve),
    stop: () => watchers.clear(),
  };
}

function concerns({ resource, namespace }: Watcher, { key }: StoreEvent): boolean {
  return key.resource === resource && (namespace === undefined || key.namespace === namespace);
}
