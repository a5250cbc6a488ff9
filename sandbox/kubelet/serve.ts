/** Logs and exec, on the unix socket that the API server forwards to. */
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type Clock, type Log, messageOf } from '#kit/index.ts';
import { joinExec, refuseExec } from './exec-channel.ts';
import { execInContainer } from './exec-in-container.ts';
import { logFileOf, sendLog } from './logs.ts';
import type { FoundContainer, Pods } from './pods.ts';

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/(log|exec)$/;

/** @returns stop */
export async function servePods(socketPath: string, pods: Pods, clock: Clock, log: Log): Promise<() => void> {
  mkdirSync(dirname(socketPath), { recursive: true });
  rmSync(socketPath, { force: true });
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => PROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.warn({ url: request.url, cause: messageOf(error) }, 'request failed');
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'InternalError', messageOf(error));
    });
  });
  server.on('upgrade', (request, socket, head) => void exec(request, socket, head));
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = read(request);
    if (!asked || asked.what !== 'log') return refuse(response, 404, 'NotFound', 'not served here');
    const { query } = asked;
    const found = choose(pods, asked);
    if (typeof found === 'string') return refuse(response, 400, 'BadRequest', found);
    const previous = query.get('previous') === 'true';
    const file = logFileOf(found, previous);
    if (file === undefined) {
      const which = previous ? 'previous terminated container' : 'container';
      const why = found.record.waiting?.message ?? found.record.waiting?.reason ?? 'it has not run';
      return refuse(response, 400, 'BadRequest', `${which} "${found.name}" in pod "${asked.pod}" not found: ${why}`);
    }
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    const run = found.record.restartCount;
    const isRunning = () => found.record.process !== undefined && found.record.restartCount === run && !previous;
    const options = { follow: query.get('follow') === 'true', previous, ...numbers(query) };
    await sendLog(file, options, isRunning, response, clock);
  }

  async function exec(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const child = await start(request).catch(messageOf);
    // A refusal comes by WebSocket too: to a refused upgrade kubectl answers with another protocol, and hides the reason.
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (typeof child === 'string') refuseExec(webSocket, child);
      else joinExec(webSocket, child.process, child.streams);
    });
  }

  /** @returns what runs, or why nothing does */
  async function start(request: IncomingMessage) {
    const asked = read(request);
    if (asked?.what !== 'exec') return 'not served here';
    const found = choose(pods, asked);
    if (typeof found === 'string') return found;
    const { process, env = {} } = found.record;
    if (!process) return `container ${found.name} is not running`;
    const command = asked.query.getAll('command');
    if (command.length === 0) return 'no command was given';
    const is = (name: string) => asked.query.get(name) === 'true';
    const target = { pid: process.pid, cgroup: found.cgroup, env };
    const streams = { stdin: is('stdin'), stdout: is('stdout'), stderr: is('stderr') };
    return { process: await execInContainer(target, command, is('tty')), streams };
  }

  return () => {
    for (const client of sockets.clients) client.terminate();
    server.close();
    server.closeAllConnections();
  };
}

interface Asked {
  readonly namespace: string;
  readonly pod: string;
  readonly what: string;
  readonly query: URLSearchParams;
}

function read({ url = '/' }: IncomingMessage): Asked | undefined {
  const { pathname, searchParams } = new URL(url, 'http://kubelet');
  const [, namespace, pod, what] = PATH.exec(pathname) ?? [];
  if (namespace === undefined || pod === undefined || what === undefined) return undefined;
  return { namespace: decodeURIComponent(namespace), pod: decodeURIComponent(pod), what, query: searchParams };
}

/** @returns the container, or why there is none */
function choose(pods: Pods, { namespace, pod, query }: Asked): FoundContainer | string {
  const found = pods.find(namespace, pod);
  if (!found) return `pod ${namespace}/${pod} is not running here (yet)`;
  const wanted = query.get('container');
  const container = wanted ? found.containers.find(({ name }) => name === wanted) : found.containers[0];
  return container ?? `container ${wanted ?? ''} is not valid for pod ${pod}`;
}

function numbers(query: URLSearchParams): { tailLines?: number; limitBytes?: number } {
  const number = (name: 'tailLines' | 'limitBytes') => {
    const text = query.get(name);
    return text !== null && /^\d+$/.test(text) ? { [name]: Number(text) } : {};
  };
  return { ...number('tailLines'), ...number('limitBytes') };
}

function status(code: number, reason: string, message: string): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message, code });
}

function refuse(response: ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(status(code, reason, message));
}
