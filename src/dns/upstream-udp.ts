import { randomInt } from 'node:crypto';
import type { Clock } from '#kit/index.ts';
import { udpSocket } from './udp-socket.ts';
import type { Upstream } from './upstreams.ts';
import { answerFor, isAnswerTo } from './wire/same-question.ts';

/**
 * One question over UDP; undefined when nothing valid came in time. Never rejects.
 *
 * A socket of its own: the kernel gives it a random port, and together with a random id and the repeated question that is what a
 * forger would have to guess (RFC 5452). Connected: what others send is dropped by the kernel, and a dead upstream is told by ICMP at
 * once.
 */
export function askUdp(
  { address, port }: Upstream,
  query: Buffer,
  timeoutMs: number,
  clock: Clock,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const id = randomInt(0x10000);
    const socket = udpSocket(address);
    let isOpen = true;
    const done = (answer?: Buffer) => {
      if (!isOpen) return;
      isOpen = false;
      cancel();
      socket.close();
      resolve(answer && answerFor(query, answer));
    };
    const cancel = clock.after(timeoutMs, () => done());
    socket.on('error', () => done());
    socket.on('message', (message) => isAnswerTo(query, message, id) && done(message));
    socket.on('connect', () => isOpen && socket.send(withId(query, id), (error) => error && done()));
    socket.connect(port, address);
  });
}

function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(id, 0);
  return copy;
}
