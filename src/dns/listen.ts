import { type Clock, formatEndpoint, type Log, SealaneError } from '#kit/index.ts';
import type { Transport } from './forwarder.ts';
import { listenTcp } from './listen-tcp.ts';
import { type Handle, listenUdp } from './listen-udp.ts';
import { udpDescriptor } from './socket-fd.ts';

export interface ListenAddress {
  /** Of either family, and only that one is served: `::` takes no IPv4. */
  readonly address: string;
  /** For both UDP and TCP; 0 takes a free one. */
  readonly port: number;
}

export interface Listening extends ListenAddress {
  /** From the socket's libuv handle: Node has no public way. For the SOCKMAP; never close it. */
  readonly udpFd: number;
  close(): Promise<void>;
}

/**
 * UDP and TCP on one port. A free port for one may be taken for the other: then another is tried.
 *
 * @throws `dns/listen` when the address is taken or not ours
 */
export async function listen(
  at: ListenAddress,
  handle: (transport: Transport) => Handle,
  clock: Clock,
  log: Log,
): Promise<Listening> {
  for (let triesLeft = at.port === 0 ? 8 : 1; ; triesLeft -= 1) {
    const udp = await listenUdp(at.address, at.port, handle('udp'), log).catch((cause) => refused(at, cause));
    const { port } = udp.address();
    try {
      const tcp = await listenTcp(at.address, port, handle('tcp'), clock, log);
      const close = () => {
        udp.close();
        return tcp.close();
      };
      return { address: at.address, port, udpFd: udpDescriptor(udp), close };
    } catch (cause) {
      udp.close();
      if (triesLeft <= 1) refused(at, cause);
    }
  }
}

function refused({ address, port }: ListenAddress, cause: unknown): never {
  throw new SealaneError('dns/listen', `listen for DNS on ${formatEndpoint(address, port)}`, {
    cause,
    hint: 'is another resolver running there?',
  });
}
