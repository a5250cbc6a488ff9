/**
 * HTTP/1.1 over kept connections: one request at a time on each, so a restarted server costs one refused reuse and nothing that is
 * multiplexed with it. A kept connection that turns out dead is tried again once on a new one.
 */
import type { Agent, IncomingMessage } from 'node:http';
import https from 'node:https';
import { type Clock, SealaneError } from '#kit/index.ts';
import { unreachable } from './errors.ts';
import type { Access } from './kubeconfig.ts';
import { tokenSource } from './token-file.ts';

/** Not imported: an `import` reads every export of the module, and one of them, WebSocket, loads undici (9 MB). */
const http = process.getBuiltinModule('node:http');

export interface RawRequest {
  readonly method?: string;
  /** Path and query below the server's URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Until the answer's head is there; default 15 s. */
  readonly timeoutMs?: number;
}

export interface Connection {
  readonly server: string;
  /** Resolves with the head; the body is still to be read. @throws `kube/unreachable` */
  send(request: RawRequest): Promise<IncomingMessage>;
  /** For protocols that take the connection over (WebSocket). */
  dialOptions(): Promise<{ readonly agent: Agent; readonly headers: Record<string, string> }>;
  close(): void;
}

const HEAD_TIMEOUT_MS = 15_000;
/** The kernel would try for two minutes. */
const CONNECT_TIMEOUT_MS = 3_000;

export function connect(access: Access, clock: Clock): Connection {
  const secure = access.server.startsWith('https:');
  const base = serverUrl(access.server);
  const agent = secure ? new https.Agent(tlsOptions(access)) : new http.Agent(KEEP);
  const token = tokenSource(access, clock);

  const headers = async (): Promise<Record<string, string>> => {
    const bearer = await token();
    return bearer ? { authorization: `Bearer ${bearer}` } : {};
  };

  async function send(request: RawRequest): Promise<IncomingMessage> {
    const options = {
      agent,
      method: request.method ?? 'GET',
      headers: { accept: 'application/json', ...(await headers()), ...request.headers },
    };
    const url = new URL(base.origin + base.pathname.replace(/\/$/, '') + request.path);
    try {
      return await attempt({ url, options, request, clock });
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw describe(error, request, access.server);
    }
    dropIdle(agent);
    return attempt({ url, options, request, clock }).catch((error: unknown) => {
      throw describe(error, request, access.server);
    });
  }

  return {
    server: access.server,
    send,
    dialOptions: async () => ({ agent, headers: await headers() }),
    close: () => agent.destroy(),
  };
}

const KEEP = { keepAlive: true, keepAliveMsecs: 5_000, maxFreeSockets: 8, scheduling: 'lifo' as const };

function tlsOptions({ ca, cert, key, serverName, insecure }: Access): https.AgentOptions {
  return { ...KEEP, ca, cert, key, servername: serverName, rejectUnauthorized: !insecure };
}

function serverUrl(server: string): URL {
  try {
    return new URL(server);
  } catch (cause) {
    throw new SealaneError('kube/bad-kubeconfig', `read server "${server}"`, { cause });
  }
}

/** Where one kept connection was dead, the others are: the server has restarted. */
function dropIdle(agent: Agent): void {
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
}

class StaleConnection extends Error {}

interface Attempt {
  readonly url: URL;
  readonly options: https.RequestOptions;
  readonly request: RawRequest;
  readonly clock: Clock;
}

function attempt({ url, options, request: { body, signal, timeoutMs = HEAD_TIMEOUT_MS }, clock }: Attempt) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    if (signal?.aborted) return reject(new Error('stopped'));
    const secure = url.protocol === 'https:';
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const headers = { ...(options.headers as Record<string, string>), ...length };
    const request = (secure ? https : http).request(url, { ...options, headers });
    const onAbort = () => request.destroy(new Error('stopped'));
    const limit = (ms: number, what: string) =>
      clock.after(ms, () => request.destroy(new Error(`${what} in ${ms} ms`)));
    const cancelHead = limit(timeoutMs, 'no answer');
    signal?.addEventListener('abort', onAbort, { once: true });
    request.once('socket', (socket) => {
      if (!socket.connecting) return;
      const cancelConnect = limit(CONNECT_TIMEOUT_MS, 'no connection');
      request.once('close', cancelConnect);
      socket.once(secure ? 'secureConnect' : 'connect', cancelConnect);
    });
    request.once('response', (response) => {
      cancelHead();
      resolve(response);
    });
    // The answer's body is stopped by the same signal.
    request.once('close', () => signal?.removeEventListener('abort', onAbort));
    request.once('error', (error: NodeJS.ErrnoException) => {
      cancelHead();
      const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection(error.message) : error);
    });
    request.end(body);
  });
}

function describe(error: unknown, { method = 'GET', path }: RawRequest, server: string): Error {
  return unreachable(`${method.toLowerCase()} ${path.split('?')[0]}`, server, error);
}
