/** The node's resolver: answers for the clusterset, forwards everything else to the cluster's own DNS. */
import { type Clock, type Log, SealaneError } from '#kit/index.ts';
import { type Answering, answerMessage, type ResolverCounts } from './answer-message.ts';
import { createForwarder, type Transport } from './forwarder.ts';
import { listenTcp } from './listen-tcp.ts';
import { type Handle, listenUdp } from './listen-udp.ts';
import { udpDescriptor } from './socket-fd.ts';
import { parseUpstream } from './upstreams.ts';
import { watchSnapshot } from './watch-snapshot.ts';

export interface ResolverOptions {
  /** IPv4 address and port for both UDP and TCP; port 0 takes a free one. */
  readonly listen: { readonly address: string; readonly port: number };
  /** `address` or `address:port`, asked in order; the one that answered last is asked first. */
  readonly upstreams: readonly string[];
  /** JSON of a DnsSnapshot, replaced by rename; may be absent at first. */
  readonly snapshotPath: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once with the bound UDP socket's file descriptor, when both sockets listen. */
  readonly onSocket?: (udpFd: number) => void;
  /** How long one upstream may take, default 1000 ms. */
  readonly upstreamTimeoutMs?: number;
  /** Forwarded questions in flight at most, default 1024; more are answered SERVFAIL. */
  readonly maxInFlight?: number;
}

export interface Resolver {
  /** From the socket's libuv handle: Node has no public way. For the SOCKMAP; never close it. */
  readonly udpFd: number;
  readonly address: string;
  readonly port: number;
  counts(): Readonly<ResolverCounts>;
  close(): Promise<void>;
}

/** @throws `dns/listen` when the address is taken or not ours; `dns/bad-upstream` */
export async function startResolver(options: ResolverOptions): Promise<Resolver> {
  const { clock, log, listen, upstreamTimeoutMs = 1000, maxInFlight = 1024 } = options;
  const upstreams = options.upstreams.map(parseUpstream);
  const forwarder = createForwarder({ upstreams, clock, log, timeoutMs: upstreamTimeoutMs, maxInFlight });
  const snapshot = await watchSnapshot(options.snapshotPath, clock, log);
  const counts: ResolverCounts = { answered: 0, forwarded: 0, failed: 0, garbage: 0 };
  const answering: Answering = { zone: () => snapshot.current(), forwarder, random: () => clock.random(), counts };
  try {
    const sockets = await bindBoth(listen, handleBy(answering, log), clock, log);
    const udpFd = udpDescriptor(sockets.udp);
    options.onSocket?.(udpFd);
    log.info({ address: listen.address, port: sockets.port, upstreams }, 'resolver listens');
    return {
      udpFd,
      address: listen.address,
      port: sockets.port,
      counts: () => ({ ...counts }),
      async close() {
        snapshot.close();
        sockets.udp.close();
        await sockets.tcp.close();
      },
    };
  } catch (error) {
    snapshot.close();
    throw error;
  }
}

type HandleBy = (transport: Transport) => Handle;

/** One message that we stumble over must not take the node's DNS with it. */
function handleBy(answering: Answering, log: Log): HandleBy {
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

/** UDP and TCP on one port. A free port for one may be taken for the other: then another is tried. */
async function bindBoth(listen: ResolverOptions['listen'], handle: HandleBy, clock: Clock, log: Log) {
  for (let triesLeft = listen.port === 0 ? 8 : 1; ; triesLeft -= 1) {
    const udp = await listenUdp(listen.address, listen.port, handle('udp'), log).catch((cause) =>
      refused(listen, cause),
    );
    const { port } = udp.address();
    try {
      const tcp = await listenTcp(listen.address, port, handle('tcp'), clock, log);
      return { udp, tcp, port };
    } catch (cause) {
      udp.close();
      if (triesLeft <= 1) refused(listen, cause);
    }
  }
}

function refused({ address, port }: ResolverOptions['listen'], cause: unknown): never {
  throw new SealaneError('dns/listen', `listen for DNS on ${address}:${port}`, {
    cause,
    hint: 'is another resolver running there?',
  });
}
