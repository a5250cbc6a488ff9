/**
 * HTTP/1.1 over kept connections: one request at a time on each, so a restarted server costs one refused reuse and nothing that is
 * multiplexed with it. A kept connection that turns out dead is tried again once on a new one.
 */
import http from 'node:http';
import https from 'node:https';
import { type Clock, SealaneError } from '#kit/index.ts';
import { unreachable } from './errors.ts';
import type { Access } from './kubeconfig.ts';
import { tokenSource } from './token-file.ts';

export interface RawRequest {
  readonly method?: string;
  /** Path and query below the server's URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Until the answer's head is there; default 30 s. */
  readonly timeoutMs?: number;
}

export interface Connection {
  readonly server: string;
  /** Resolves with the head; the body is still to be read. @throws `kube/unreachable` */
  send(request: RawRequest): Promise<http.IncomingMessage>;
  /** For protocols that take the connection over (WebSocket). */
  dialOptions(): Promise<{ readonly agent: http.Agent; readonly headers: Record<string, string> }>;
  close(): void;
}

const HEAD_TIMEOUT_MS = 30_000;

export function connect(access: Access, clock: Clock): Connection {
  const secure = access.server.startsWith('https:');
  const base = serverUrl(access.server);
  const agent = secure ? new https.Agent(tlsOptions(access)) : new http.Agent(KEEP);
  const token = tokenSource(access, clock);

  const headers = async (): Promise<Record<string, string>> => {
    const bearer = await token();
    return bearer ? { authorization: `Bearer ${bearer}` } : {};
  };

  async function send(request: RawRequest): Promise<http.IncomingMessage> {
    const options = {
      agent,
      method: request.method ?? 'GET',
      headers: { accept: 'application/json', ...(await headers()), ...request.headers },
    };
    const url = new URL(base.origin + base.pathname.replace(/\/$/, '') + request.path);
    try {
      return await attempt(url, options, request);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw describe(error, request, access.server);
    }
    dropIdle(agent);
    return attempt(url, options, request).catch((error: unknown) => {
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
function dropIdle(agent: http.Agent): void {
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
}

class StaleConnection extends Error {}

function attempt(url: URL, options: https.RequestOptions, { body, signal, timeoutMs = HEAD_TIMEOUT_MS }: RawRequest) {
  return new Promise<http.IncomingMessage>((resolve, reject) => {
    if (signal?.aborted) return reject(new Error('stopped'));
    const module = url.protocol === 'https:' ? https : http;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const headers = { ...(options.headers as Record<string, string>), ...length };
    const request = module.request(url, { ...options, headers });
    const onAbort = () => request.destroy(new Error('stopped'));
    const done = () => {
      request.setTimeout(0);
      if (!signal) return;
      // The answer's body is stopped by the same signal.
      request.once('close', () => signal.removeEventListener('abort', onAbort));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    request.setTimeout(timeoutMs, () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    request.once('response', (response) => {
      done();
      resolve(response);
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      signal?.removeEventListener('abort', onAbort);
      const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection(error.message) : error);
    });
    request.end(body);
  });
}

function describe(error: unknown, { method = 'GET', path }: RawRequest, server: string): Error {
  return unreachable(`${method.toLowerCase()} ${path.split('?')[0]}`, server, error);
}
