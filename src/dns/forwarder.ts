/** Everything that is not ours goes to the cluster's own DNS, which may die in part. */
import type { Clock, Log } from '#kit/index.ts';
import { askTcp } from './upstream-tcp.ts';
import { askUdp } from './upstream-udp.ts';
import type { Upstream } from './upstreams.ts';
import type { WireQuery } from './wire/read-query.ts';
import { isServerFailure, isTruncated, truncated } from './wire/same-question.ts';

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
  /**
   * The answer as it came, with the query's id; undefined when no upstream gave one, or too much is in flight.
   *
   * @param message the query, as it is sent on
   * @param query   the same, read
   */
  ask(message: Buffer, query: WireQuery, transport: Transport): Promise<Buffer | undefined>;
}

const PLAIN_UDP_SIZE = 512;

export function createForwarder({ upstreams, clock, log, timeoutMs, maxInFlight }: ForwarderOptions): Forwarder {
  let good = 0;
  let inFlight = 0;

  /** What upstream cut over UDP is fetched over TCP: it may fit the client all the same. */
  async function askOne(upstream: Upstream, message: Buffer, query: WireQuery, transport: Transport) {
    if (transport === 'tcp') return askTcp(upstream, message, timeoutMs, clock);
    const answer = await askUdp(upstream, message, timeoutMs, clock);
    if (!answer) return undefined;
    const size = Math.max(PLAIN_UDP_SIZE, query.udpSize ?? 0);
    const whole = isTruncated(answer) ? await askTcp(upstream, message, timeoutMs, clock) : answer;
    if (whole && whole.length <= size) return whole;
    return answer.length <= size ? answer : truncated(answer);
  }

  /** An answer that says "I cannot" is kept for when nobody can. */
  async function askInTurn(message: Buffer, query: WireQuery, transport: Transport): Promise<Buffer | undefined> {
    const first = good;
    let refusal: Buffer | undefined;
    for (let step = 0; step < upstreams.length; step += 1) {
      const index = (first + step) % upstreams.length;
      const upstream = upstreams[index];
      const answer = upstream && (await askOne(upstream, message, query, transport));
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
    log.info({ upstream: upstreams[index], instead: upstreams[good] }, 'another upstream answers');
    good = index;
  }

  return {
    async ask(message, query, transport) {
      if (inFlight >= maxInFlight) return undefined;
      inFlight += 1;
      try {
        return await askInTurn(message, query, transport);
      } finally {
        inFlight -= 1;
      }
    },
  };
}
