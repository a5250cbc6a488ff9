/** The node's resolver: answers for the clusterset, forwards everything else to the cluster's own DNS. */
import type { Clock, Log } from '#kit/index.ts';
import { type Answering, answerMessage, type Outcome, type ResolverCounts } from './answer-message.ts';
import { createForwarder, type Transport } from './forwarder.ts';
import { listen, type ListenAddress, type Listening } from './listen.ts';
import type { Handle } from './listen-udp.ts';
import { parseUpstream } from './upstreams.ts';
import { watchSnapshot } from './watch-snapshot.ts';

export interface ResolverOptions {
  /** All of them, or it does not start. */
  readonly listen: readonly ListenAddress[];
  /** `address`, `address:port` or `[address]:port`, asked in order; the one that answered last is asked first. */
  readonly upstreams: readonly string[];
  /** JSON of a DnsSnapshot, replaced by rename; may be absent at first. */
  readonly snapshotPath: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long one upstream may take, default 1000 ms. */
  readonly upstreamTimeoutMs?: number;
  /** Forwarded questions in flight at most, default 1024; more are answered SERVFAIL. */
  readonly maxInFlight?: number;
  /** Told of every question that was answered. */
  readonly onAnswer?: (outcome: Outcome) => void;
}

export interface Resolver {
  /** In the order of `listen`. */
  readonly sockets: readonly Omit<Listening, 'close'>[];
  counts(): Readonly<ResolverCounts>;
  close(): Promise<void>;
}

/** @throws `dns/listen` when an address is taken or not ours; `dns/bad-upstream` */
export async function startResolver(options: ResolverOptions): Promise<Resolver> {
  const { clock, log, upstreamTimeoutMs = 1000, maxInFlight = 1024, onAnswer = () => {} } = options;
  const upstreams = options.upstreams.map(parseUpstream);
  const forwarder = createForwarder({ upstreams, clock, log, timeoutMs: upstreamTimeoutMs, maxInFlight });
  const snapshot = await watchSnapshot(options.snapshotPath, clock, log);
  const counts: ResolverCounts = { answered: 0, forwarded: 0, failed: 0, garbage: 0 };
  const answering: Answering = {
    zone: () => snapshot.current(),
    forwarder,
    random: () => clock.random(),
    counts,
    clock,
    onAnswer,
  };
  const sockets: Listening[] = [];
  const close = async () => {
    snapshot.close();
    await Promise.all(sockets.map((one) => one.close()));
  };
  try {
    for (const at of options.listen) sockets.push(await listen(at, handleBy(answering, log), clock, log));
  } catch (error) {
    await close();
    throw error;
  }
  log.info({ listen: sockets.map(({ address, port }) => ({ address, port })), upstreams }, 'resolver listens');
  return { sockets, counts: () => ({ ...counts }), close };
}

/** One message that we stumble over must not take the node's DNS with it. */
function handleBy(answering: Answering, log: Log): (transport: Transport) => Handle {
  const stumbled = (error: unknown, message: Buffer) => {
    log.error({ err: error, message: message.toString('hex') }, 'a DNS message was not answered');
    return undefined;
  };
  return (transport) => (message) => {
    try {
      const reply = answerMessage(message, transport, answering);
      return reply instanceof Promise ? reply.catch((error: unknown) => stumbled(error, message)) : reply;
    } catch (error) {
      return stumbled(error, message);
    }
  };
}
