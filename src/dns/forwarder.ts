/** Everything that is not ours goes to the cluster's own DNS, which may die in part. */
import type { Clock, Log } from '#kit/index.ts';
import { askTcp } from './upstream-tcp.ts';
import { createUdpUpstream } from './upstream-udp.ts';
import type { Upstream } from './upstreams.ts';
import { isServerFailure } from './wire/same-question.ts';

export type Transport = 'udp' | 'tcp';

export interface ForwarderOptions {
  readonly upstreams: readonly Upstream[];
  readonly clock: Clock;
  readonly log: Log;
  /** For one upstream. */
  readonly timeoutMs: number;
  readonly maxInFlight: number;
}

export interface Forwarder {
  /** The answer as it came, with the query's id; undefined when no upstream gave one, or too much is in flight. */
  ask(query: Buffer, transport: Transport): Promise<Buffer | undefined>;
  close(): void;
}

export function createForwarder({ upstreams, clock, log, timeoutMs, maxInFlight }: ForwarderOptions): Forwarder {
  const routes = upstreams.map((upstream) => ({ upstream, udp: createUdpUpstream(upstream, clock) }));
  let good = 0;
  let inFlight = 0;

  /** An answer that says "I cannot" is kept for when nobody can. */
  async function askInTurn(query: Buffer, transport: Transport): Promise<Buffer | undefined> {
    const first = good;
    let refusal: Buffer | undefined;
    for (let step = 0; step < routes.length; step += 1) {
      const index = (first + step) % routes.length;
      const route = routes[index];
      if (!route) continue;
      const { upstream, udp } = route;
      const answer = await (transport === 'udp'
        ? udp.ask(query, timeoutMs)
        : askTcp(upstream, query, timeoutMs, clock));
      if (answer && !isServerFailure(answer)) {
        prefer(index);
        return answer;
      }
      refusal ??= answer;
    }
    return refusal;
  }

  function prefer(index: number) {
    if (index === good) return;
    log.info({ upstream: routes[index]?.upstream, instead: routes[good]?.upstream }, 'another upstream answers');
    good = index;
  }

  return {
    async ask(query, transport) {
      if (inFlight >= maxInFlight) return undefined;
      inFlight += 1;
      try {
        return await askInTurn(query, transport);
      } finally {
        inFlight -= 1;
      }
    },
    close: () => routes.forEach(({ udp }) => udp.close()),
  };
}
