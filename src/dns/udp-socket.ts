import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

type Lookup = (host: string, family: unknown, done: (error: null, address: string, family: number) => void) => void;

/**
 * A UDP socket of the address's family, and of that alone. Its peers are addresses already: Node would look each up in a turn of
 * its own.
 *
 * @param reusePort others may have the very address and port: a resolver and its successor (SO_REUSEPORT)
 */
export function udpSocket(address: string, reusePort = false): Socket {
  const type = isIPv6(address) ? 'udp6' : 'udp4';
  const lookup: Lookup = (host, _family, done) => done(null, host, type === 'udp6' ? 6 : 4);
  return createSocket({ type, ipv6Only: type === 'udp6', lookup, reusePort });
}
