/** How commands talk to the supervisor: one JSON line to its unix socket, one JSON line back. */
import { existsSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { messageOf, SealaneError } from '#kit/index.ts';
import type { ProcessSpec, Stage } from './process-table.ts';
import type { ProcessStatus } from './supervisor.ts';

export type ControlRequest =
  | { readonly verb: 'status' }
  | { readonly verb: 'begin'; readonly stage: Stage }
  | { readonly verb: 'add'; readonly process: ProcessSpec }
  | { readonly verb: 'kill' | 'stop' | 'crash' | 'freeze' | 'start' | 'remove' | 'empty'; readonly target: string };

export interface ControlAnswer {
  /** Names of the processes that it was done to. */
  readonly done?: readonly string[];
  readonly processes?: readonly ProcessStatus[];
  readonly error?: string;
}

/** @returns a server that listens */
export function serveControl(
  path: string,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => void converse(socket, answer));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

async function converse(socket: Socket, answer: (request: ControlRequest) => Promise<ControlAnswer>): Promise<void> {
  // Whoever hangs up in the middle does not want the answer.
  socket.on('error', () => socket.destroy());
  const reply = await text(socket)
    .then((line) => answer(JSON.parse(line) as ControlRequest))
    .catch((error: unknown): ControlAnswer => ({ error: messageOf(error) }));
  socket.end(`${JSON.stringify(reply)}\n`);
}

/** @throws `sandbox/supervisor-gone` when nobody answers there, `sandbox/refused` when it will not */
export async function askSupervisor(path: string, request: ControlRequest): Promise<ControlAnswer> {
  const line = existsSync(path) ? await exchange(path, request) : undefined;
  if (line === undefined) {
    throw new SealaneError('sandbox/supervisor-gone', 'ask the supervisor: it does not run', {
      hint: '`sealane sandbox down` and `up` start afresh',
    });
  }
  const answer = JSON.parse(line) as ControlAnswer;
  if (answer.error !== undefined) throw new SealaneError('sandbox/refused', `${request.verb}: ${answer.error}`);
  return answer;
}

/** @returns undefined when nobody listens */
function exchange(path: string, request: ControlRequest): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(undefined));
    socket.once('connect', () => {
      socket.end(JSON.stringify(request));
      text(socket).then(
        (line) => resolve(line === '' ? undefined : line),
        () => resolve(undefined),
      );
    });
  });
}
