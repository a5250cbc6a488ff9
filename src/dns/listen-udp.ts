import type { Socket } from 'node:dgram';
import { type Log, messageOf } from '#kit/index.ts';
import { udpSocket } from './udp-socket.ts';

/** @returns undefined when nothing should be sent */
export type Handle = (message: Buffer) => Buffer | undefined | Promise<Buffer | undefined>;

/** @returns the bound socket */
export async function listenUdp(address: string, port: number, handle: Handle, log: Log): Promise<Socket> {
  const socket = udpSocket(address, true);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => resolve());
  });
  socket.removeAllListeners('error');
  socket.on('error', (error) => log.warn({ cause: messageOf(error) }, 'UDP socket reported an error'));
  socket.on('message', (message, from) => {
    const reply = handle(message);
    if (reply instanceof Promise) void reply.then((later) => later && send(socket, later, from.port, from.address));
    else if (reply) send(socket, reply, from.port, from.address);
  });
  return socket;
}

/** A client that is gone is nobody's fault (without callback Node says nothing); a socket closed in the meantime neither. */
function send(socket: Socket, answer: Buffer, port: number, address: string) {
  try {
    socket.send(answer, port, address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') throw error;
  }
}
