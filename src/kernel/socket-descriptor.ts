import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import { SealaneError } from '#kit/index.ts';

/**
 * The file descriptor of a bound datagram socket or listening server, for `BpfMap.putSocket`.
 * Node keeps it in an undocumented handle; the tests of the kernel room notice when that changes.
 * @throws SealaneError kernel/socket-descriptor when it is not bound
 */
export function socketDescriptor(socket: DatagramSocket | Server): number {
  const fd: unknown = handleOf(socket)?.fd;
  if (typeof fd === 'number' && fd >= 0) return fd;
  throw new SealaneError('kernel/socket-descriptor', 'find the descriptor of a socket: it is not bound or listening');
}

function handleOf(socket: object): { fd?: unknown } | undefined {
  const state = Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === 'state symbol');
  if (state) return (socket as Record<symbol, { handle?: { fd?: unknown } }>)[state]?.handle;
  return (socket as { _handle?: { fd?: unknown } })._handle ?? undefined;
}
