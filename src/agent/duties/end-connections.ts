/** Ends connections in batches, and counts and says what was ended and why. */
import { type Clock, type Log, sleep } from '#kit/index.ts';
import type { EndedSockets, GivenSocket, Rescue } from '#kernel/index.ts';
import type { Counter, Metrics } from '#observe/index.ts';

/** Why a connection was ended. */
export type EndReason = 'down' | 'ejected' | 'deleted' | 'drained';

export const END_REASONS: readonly EndReason[] = ['down', 'ejected', 'deleted', 'drained'];
const PROTOCOLS = { 6: 'TCP', 17: 'UDP' } as const;

/** Sockets ended at once; between two of these the event loop turns. */
const BATCH = 500;

export interface EndSources {
  readonly sockets: Pick<Rescue, 'end'>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

export class ConnectionEnds {
  readonly #from: EndSources;
  readonly #notEnded: Counter;

  constructor(from: EndSources) {
    this.#from = from;
    this.#notEnded = from.metrics.counter('sealane_connections_not_ended_total', {});
    for (const reason of END_REASONS) for (const protocol of Object.values(PROTOCOLS)) this.#counter(reason, protocol);
  }

  /** @returns how many were ended; those that went by themselves do not count */
  async end(sockets: readonly GivenSocket[], reasonOf: (socket: GivenSocket) => EndReason): Promise<number> {
    let count = 0;
    for (let first = 0; first < sockets.length; first += BATCH) {
      if (first > 0) await sleep(this.#from.clock, 0);
      const result = this.#from.sockets.end(sockets.slice(first, first + BATCH));
      this.#note(result, reasonOf);
      count += result.ended.length;
    }
    return count;
  }

  #note({ ended, failed }: EndedSockets, reasonOf: (socket: GivenSocket) => EndReason): void {
    const { log } = this.#from;
    for (const [reason, sockets] of Map.groupBy(ended, reasonOf)) {
      for (const { protocol } of sockets) this.#counter(reason, PROTOCOLS[protocol as keyof typeof PROTOCOLS]).add();
      log.info({ reason, count: sockets.length }, 'connections that would have waited in vain were ended');
    }
    for (const [cause, all] of Map.groupBy(failed, (one) => one.cause)) {
      this.#notEnded.add(all.length);
      log.warn({ cause, count: all.length }, 'connections could not be ended');
    }
  }

  #counter(reason: EndReason, protocol: 'TCP' | 'UDP'): Counter {
    return this.#from.metrics.counter('sealane_connections_ended_total', { reason, protocol });
  }
}
