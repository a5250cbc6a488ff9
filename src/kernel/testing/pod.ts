/**
 * A process that makes real sockets on command, over Node's IPC channel: the caller (inside the hooked cgroup) or the
 * servers (outside of it). One request, one answer.
 */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { openPinnedMap } from '../map.ts';
import { socketDescriptor } from '../socket-descriptor.ts';
import type { Answer, Endpoint, Request, Slot } from './requests.ts';

const listening = new Map<string, Server>();
const kept = new Map<number, Socket>();
const datagrams = new Map<number, UdpSocket>();
/** Answers of each UDP socket. */
const heard = new Map<number, number>();
/** How each socket ended, or will. */
const ends = new Map<number, Promise<string>>();
let next = 1;

/** Answers every line with the address it was reached at, so that a caller knows who answered. */
function serveTcp({ address, port }: Endpoint, alive: Slot | undefined): Promise<string> {
  const answers = (socket: Socket): void => {
    socket.on('data', (data) => socket.write(`${address} ${data.toString().trim()}\n`));
    socket.on('error', () => socket.destroy());
  };
  return listen({ address, port }, answers, alive);
}

/** As a load balancer does that has nobody behind it: takes the connection and resets it. */
function serveResets(at: Endpoint): Promise<string> {
  return listen(at, (socket) => socket.once('data', () => socket.resetAndDestroy()));
}

function listen({ address, port }: Endpoint, take: (socket: Socket) => void, alive?: Slot): Promise<string> {
  const server = createServer(take);
  listening.set(`${address}:${port}`, server);
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, address, 4096, () => {
      announce(server, alive);
      resolve('listening');
    });
  });
}

/** Takes no connections any more; those that are open go on. */
function stop({ address, port }: Endpoint): string {
  listening.get(`${address}:${port}`)?.close();
  return 'stopped';
}

/** A caller that gives up before it is connected. @returns whether it was not */
function abandon({ address, port }: Endpoint, afterMs: number): Promise<boolean> {
  const socket = connect({ host: address, port });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.setTimeout(afterMs, () => {
      const { connecting } = socket;
      socket.destroy();
      socket.once('close', () => resolve(connecting));
    });
  });
}

function serveUdp({ address, port }: Endpoint, alive: Slot | undefined): Promise<string> {
  const socket = createSocket(kindOf(address));
  socket.on('message', (message, from) => socket.send(`${address} ${message.toString()}`, from.port, from.address));
  return new Promise((resolve) => {
    socket.bind(port, address, () => {
      announce(socket, alive);
      resolve('listening');
    });
  });
}

function kindOf(address: string): 'udp4' | 'udp6' {
  return address.includes(':') ? 'udp6' : 'udp4';
}

function announce(socket: UdpSocket | Server, alive: Slot | undefined): void {
  if (alive) openPinnedMap(alive.pin, 'write').putSocket(alive.slot, socketDescriptor(socket));
}

/** @returns `address` of who answered, or the errno's name */
function call(endpoint: Endpoint): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: endpoint.address, port: endpoint.port });
    socket.on('connect', () => socket.write('hello\n'));
    socket.on('data', (data) => {
      resolve(data.toString().split(' ')[0] ?? '');
      socket.end();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

async function calls(endpoint: Endpoint, count: number): Promise<string[]> {
  const answers: string[] = [];
  while (answers.length < count) {
    const batch = Array.from({ length: Math.min(16, count - answers.length) }, () => call(endpoint));
    answers.push(...(await Promise.all(batch)));
  }
  return answers;
}

function open(endpoint: Endpoint, localPort?: number): Promise<{ id: number; peer: string; localPort: number }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: endpoint.address, port: endpoint.port, localPort });
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('connect', () => {
      kept.set(next, socket);
      ends.set(next, endOf(socket));
      const { remoteAddress, remotePort } = socket;
      resolve({ id: next++, peer: `${remoteAddress}:${remotePort}`, localPort: socket.localPort ?? 0 });
    });
  });
}

function endOf(socket: Socket | UdpSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('close', () => resolve('closed'));
  });
}

function exchange(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.off('error', reject);
      resolve(data.toString().trim());
    });
    socket.write('again\n');
  });
}

async function requests(id: number, count: number): Promise<string> {
  const socket = kept.get(id) as Socket;
  let last = '';
  for (let i = 0; i < count; i++) last = await exchange(socket);
  return last;
}

function close(id: number): Promise<string> {
  const [socket, datagram] = [kept.get(id) as Socket, datagrams.get(id)];
  return new Promise((resolve) => {
    if (datagram) return void datagram.close(() => resolve('closed'));
    socket.on('close', () => resolve('closed'));
    socket.end();
    socket.resume();
  });
}

function udpOpen(connectTo: Endpoint | undefined, family: 4 | 6 | undefined): Promise<{ id: number; peer: string }> {
  const socket = createSocket(connectTo ? kindOf(connectTo.address) : `udp${family ?? 4}`);
  datagrams.set(next, socket);
  ends.set(next, endOf(socket));
  const id = next++;
  socket.on('message', () => void heard.set(id, (heard.get(id) ?? 0) + 1));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    if (!connectTo) return socket.bind(0, () => resolve({ id, peer: '' }));
    socket.connect(connectTo.port, connectTo.address, () => {
      const { address, port } = socket.remoteAddress();
      resolve({ id, peer: `${address}:${port}` });
    });
    return undefined;
  });
}

/** @returns answers heard so far */
async function udpFire(id: number, { port, address }: Endpoint, count: number): Promise<number> {
  const socket = datagrams.get(id) as UdpSocket;
  for (let i = 0; i < count; i++)
    await new Promise<void>((resolve, reject) =>
      socket.send('hello', port, address, (error) => (error ? reject(error) : resolve())),
    );
  return heard.get(id) ?? 0;
}

/** @returns who answered, and the source address the socket saw; or the errno's name */
function udpSend(id: number, to: Endpoint | undefined): Promise<{ who: string; from: string }> {
  const socket = datagrams.get(id) as UdpSocket;
  return new Promise((resolve) => {
    const done = (message: Buffer, from: RemoteInfo): void =>
      resolve({ who: message.toString().split(' ')[0] ?? '', from: `${from.address}:${from.port}` });
    socket.once('message', done);
    const failed = (error: Error | null): void => {
      if (!error) return;
      socket.off('message', done);
      resolve({ who: (error as NodeJS.ErrnoException).code ?? error.message, from: '' });
    };
    if (to) socket.send('hello', to.port, to.address, failed);
    else socket.send('hello', failed);
  });
}

function answer(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'serve-tcp':
      return serveTcp(request.at, request.alive);
    case 'serve-udp':
      return serveUdp(request.at, request.alive);
    case 'serve-resets':
      return serveResets(request.at);
    case 'stop':
      return Promise.resolve(stop(request.at));
    case 'abandon':
      return abandon(request.to, request.afterMs);
    case 'calls':
      return calls(request.to, request.count);
    case 'open':
      return open(request.to, request.localPort);
    case 'end-of':
      return ends.get(request.id) as Promise<string>;
    case 'udp-disconnect':
      return Promise.resolve(datagrams.get(request.id)?.disconnect());
    case 'requests':
      return requests(request.id, request.count);
    case 'close':
      return close(request.id);
    case 'udp-open':
      return udpOpen(request.to, request.family);
    case 'udp-fire':
      return udpFire(request.id, request.to, request.count);
    case 'udp-send':
      return udpSend(request.id, request.to);
  }
}

process.on('message', (request: Request) => {
  answer(request).then(
    (value) => process.send?.({ ticket: request.ticket, value } satisfies Answer),
    (error: NodeJS.ErrnoException) =>
      process.send?.({ ticket: request.ticket, value: undefined, error: error.code ?? error.message } satisfies Answer),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ ticket: 0, value: 'ready' } satisfies Answer);
