/** A running command joined to a WebSocket in the way of `v5.channel.k8s.io` (and v4, which cannot close the input). */
import type { RunningProcess } from '#host/index.ts';
import type { WebSocket } from 'ws';

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

export interface Streams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export function joinExec(socket: WebSocket, child: RunningProcess, streams: Streams): void {
  const { stdin, stdout, stderr } = child;
  // A command that ends without reading its input closes the pipe.
  stdin?.on('error', () => undefined);
  if (!streams.stdin) stdin?.end();
  socket.on('message', (data: Buffer) => {
    const [channel] = data;
    if (channel === CHANNEL.stdin) stdin?.write(data.subarray(1));
    else if (channel === CHANNEL.close && data[1] === CHANNEL.stdin) stdin?.end();
  });
  socket.on('close', () => child.signal('SIGKILL'));
  socket.on('error', () => child.signal('SIGKILL'));

  const send = (channel: number, bytes: Buffer) => socket.send(Buffer.concat([Buffer.from([channel]), bytes]));
  const sent = [
    pump(stdout, (chunk) => streams.stdout && send(CHANNEL.stdout, chunk)),
    pump(stderr, (chunk) => streams.stderr && send(CHANNEL.stderr, chunk)),
  ];
  void Promise.all([child.exited, ...sent]).then(([{ code, signal }]) => {
    send(CHANNEL.status, Buffer.from(JSON.stringify(exitStatus(code ?? (signal === undefined ? 1 : 137)))));
    socket.close(1000);
  });
}

export function refuseExec(socket: WebSocket, message: string): void {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'BadRequest',
    code: 400,
    message,
  };
  socket.send(Buffer.concat([Buffer.from([CHANNEL.status]), Buffer.from(JSON.stringify(status))]));
  socket.close(1000);
}

function pump(stream: NodeJS.ReadableStream | undefined, take: (chunk: Buffer) => void): Promise<void> {
  if (!stream) return Promise.resolve();
  stream.on('data', take);
  return new Promise((resolve) => {
    stream.on('close', () => resolve());
    stream.on('error', () => resolve());
  });
}

export function exitStatus(code: number) {
  const head = { kind: 'Status', apiVersion: 'v1', metadata: {} };
  if (code === 0) return { ...head, status: 'Success' };
  return {
    ...head,
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command, exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}
