/** Answers every datagram with a line that says who it is. */
import { createSocket } from 'node:dgram';
import { parseArgs } from 'node:util';
import { wholeNumber } from './arguments.ts';
import { answerLine, surroundings } from './surroundings.ts';
import { untilTold } from './until-told.ts';

export async function serveUdp(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { port: { type: 'string' } } });
  const port = wholeNumber('port', values.port, 5353, 1);
  const where = surroundings();
  const socket = createSocket('udp4');
  socket.on('message', (_, from) => {
    socket.send(answerLine(where, from.address), from.port, from.address, () => {});
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '0.0.0.0', () => resolve());
  });
  socket.on('error', (error) => console.error(error.message));
  console.log(`listening on port ${port}/udp`);
  await untilTold();
  socket.close();
  return 0;
}
