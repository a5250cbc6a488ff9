import type { StoreEvent } from './store.ts';

/** The recent changes, by revision without gaps. */
export interface EventSource {
  /** The change that made this revision, if it happened and is still kept. */
  readonly at: (revision: number) => StoreEvent | undefined;
  /** Of the last change. */
  readonly revision: () => number;
  /** Changes up to this one are forgotten: the oldest revision that can be asked for. */
  readonly compacted: () => number;
}

export interface History extends EventSource {
  readonly append: (event: StoreEvent) => void;
  readonly compact: (revision: number) => void;
}

/** In memory. Keeps at least the last `limit` changes, at most twice as many: forgetting one by one would cost more. */
export function createHistory(limit: number, firstRevision: number): History {
  let events: StoreEvent[] = [];
  let compacted = firstRevision;

  const revision = () => compacted + events.length;
  const compact = (upTo: number) => {
    const bounded = Math.max(compacted, Math.min(upTo, revision()));
    events = events.slice(bounded - compacted);
    compacted = bounded;
  };

  return {
    at: (wanted) => events[wanted - compacted - 1],
    revision,
    compacted: () => compacted,
    append(event) {
      events.push(event);
      if (events.length > 2 * limit) compact(revision() - limit);
    },
    compact,
  };
}
