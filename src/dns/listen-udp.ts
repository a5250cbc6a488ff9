import { createSocket, type Socket } from 'node:dgram';
import { messageOf, type Log } from '#kit/index.ts';

export type Handle = (message: Buffer) => Promise<Buffer | undefined>;

/** @returns the bound socket */
export async function listenUdp(address: string, port: number, handle: Handle, log: Log): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => resolve());
  });
  socket.removeAllListeners('error');
  socket.on('error', (error) => log.warn({ cause: messageOf(error) }, 'UDP socket reported an error'));
  socket.on('message', (message, from) => {
    void handle(message).then((answer) => {
      if (answer) send(socket, answer, from.port, from.address);
    });
  });
  return socket;
}

/** A client that is gone is nobody's fault; a socket closed in the meantime neither. */
function send(socket: Socket, answer: Buffer, port: number, address: string) {
  try {
    socket.send(answer, port, address, () => {});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') throw error;
  }
}
