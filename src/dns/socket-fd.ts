import type { Socket } from 'node:dgram';
import { SealaneError } from '#kit/index.ts';

/**
 * The file descriptor of a bound UDP socket. Node has no public way to it: the libuv handle hangs below the socket's state symbol
 * (`lib/dgram.js`), where the deprecated `_handle` reads it too. For a SOCKMAP only; it is never ours to close.
 *
 * @throws `dns/no-descriptor` when this Node keeps it elsewhere
 */
export function udpDescriptor(socket: Socket): number {
  const state = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  const held = state && (Reflect.get(socket, state) as { handle?: { fd?: unknown } } | undefined);
  const fd = held?.handle?.fd;
  if (typeof fd === 'number' && fd >= 0) return fd;
  throw new SealaneError('dns/no-descriptor', `find the UDP socket's file descriptor in Node ${process.version}`, {
    hint: 'the project is tested with the Node version in package.json',
  });
}
