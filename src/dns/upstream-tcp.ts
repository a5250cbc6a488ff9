import { connect } from 'node:net';
import type { Clock } from '#kit/index.ts';
import { createFrameReader, framed } from './frames.ts';
import type { Upstream } from './upstreams.ts';
import { answerFor, isAnswerTo } from './wire/same-question.ts';

/** One question over a connection of its own; undefined when nothing valid came in time. Never rejects. */
export function askTcp(
  { address, port }: Upstream,
  query: Buffer,
  timeoutMs: number,
  clock: Clock,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const frames = createFrameReader();
    const done = (answer?: Buffer) => {
      cancel();
      socket.destroy();
      resolve(answer);
    };
    const cancel = clock.after(timeoutMs, () => done());
    socket.on('error', () => done());
    socket.on('close', () => done());
    socket.on('connect', () => socket.write(framed(query)));
    socket.on('data', (chunk) => {
      const answer = frames(chunk).find((message) => isAnswerTo(query, message));
      if (answer) done(answerFor(query, answer));
    });
  });
}
