/** Answers every datagram with a line that says who it is. */
import { createSocket, type Socket, type SocketType } from 'node:dgram';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { wholeNumber } from './arguments.ts';
import { answerLine, surroundings } from './surroundings.ts';
import { untilTold } from './until-told.ts';

export async function serveUdp(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { port: { type: 'string' } } });
  const port = wholeNumber('port', values.port, 5353, 1);
  const sockets = [await bound('udp4', port), ...(hasIpv6() ? [await bound('udp6', port)] : [])];
  console.log(`listening on port ${port}/udp`);
  await untilTold();
  for (const socket of sockets) socket.close();
  return 0;
}

/** A kernel may be without. */
function hasIpv6(): boolean {
  return existsSync('/proc/net/if_inet6');
}

async function bound(type: SocketType, port: number): Promise<Socket> {
  const where = surroundings();
  const socket = createSocket({ type, ipv6Only: type === 'udp6' });
  socket.on('message', (_, from) => {
    socket.send(answerLine(where, from.address), from.port, from.address, () => {});
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, () => resolve());
  });
  socket.on('error', (error) => console.error(error.message));
  return socket;
}
