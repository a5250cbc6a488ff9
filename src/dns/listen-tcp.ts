import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, type Log, messageOf } from '#kit/index.ts';
import { createFrameReader, framed } from './frames.ts';
import type { Handle } from './listen-udp.ts';

const IDLE_MS = 10_000;
const MAX_CONNECTIONS = 256;
/** Of one connection, not yet answered; a client that asks more is read no further until some are. */
const MAX_PENDING = 32;
/** A client that asks and never reads. */
const MAX_UNREAD_BYTES = 1 << 20;

export interface TcpListener {
  readonly server: Server;
  close(): Promise<void>;
}

/** Answers in the order they are ready; a connection is closed when nothing was asked for 10 s. */
export async function listenTcp(
  address: string,
  port: number,
  handle: Handle,
  clock: Clock,
  log: Log,
): Promise<TcpListener> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serve(socket, handle, clock, log);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: address, ipv6Only: true, reusePort: true }, () => resolve());
  });
  server.on('error', (error) => log.warn({ cause: messageOf(error) }, 'TCP listener reported an error'));
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function serve(socket: Socket, handle: Handle, clock: Clock, log: Log) {
  const frames = createFrameReader();
  let pending = 0;
  let cancelIdle = () => {};
  const stayAwake = () => {
    cancelIdle();
    cancelIdle = clock.after(IDLE_MS, () => socket.destroy(), { background: true });
  };

  async function answer(message: Buffer) {
    pending += 1;
    if (pending >= MAX_PENDING) socket.pause();
    const reply = await handle(message);
    pending -= 1;
    if (socket.isPaused() && pending < MAX_PENDING) socket.resume();
    if (!reply || socket.destroyed) return;
    stayAwake();
    if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
    else socket.write(framed(reply));
  }

  stayAwake();
  socket.on('data', (chunk) => {
    stayAwake();
    for (const message of frames(chunk)) void answer(message);
  });
  socket.on('error', (error) => log.trace({ cause: messageOf(error) }, 'DNS client went away'));
  socket.on('close', () => cancelIdle());
}
