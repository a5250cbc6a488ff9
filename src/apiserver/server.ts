/**
 * The embedded API server: HTTPS with client certificates, HTTP/1.1 and HTTP/2, over one store. What it serves is data
 * (`kinds/`); what single kinds ask for beyond that is in `write/kind-rules.ts` and `duties/`.
 */
import { randomUUID } from 'node:crypto';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Clock, type Log, SealaneError } from '#kit/index.ts';
import type { KubeObject, Store } from '#objects/index.ts';
import { serveCustomKinds } from './duties/custom-kinds.ts';
import { collectGarbage } from './duties/garbage-collector.ts';
import { endNamespaces } from './duties/namespace-end.ts';
import { ApiError, noSuchPath } from './http/api-error.ts';
import { authenticate } from './http/authenticate.ts';
import { serveDiscovery } from './http/discovery.ts';
import { type Exchange, sendJson, sendText, type User } from './http/exchange.ts';
import { forwardRequest, forwardUpgrade } from './http/forward.ts';
import { serveOpenApi } from './http/openapi.ts';
import { type ApiPath, parsePath } from './http/parse-path.ts';
import { type ResourceContext, serveResource } from './http/resources.ts';
import { builtinKinds } from './kinds/builtin.ts';
import { createRegistry } from './kinds/registry.ts';
import { firstObjects } from './first-objects.ts';
import { builtinRules } from './write/kind-rules.ts';
import { createWriter } from './write/writer.ts';

export interface ApiServerOptions {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. Clients must show a certificate that `clientAuthority` signed. */
  readonly tls: { readonly certificate: string; readonly key: string; readonly clientAuthority: string };
  readonly store: Store;
  /** IPv4 range of cluster IPs. */
  readonly serviceRange: string;
  /** `hub`: only what a production hub needs. */
  readonly kinds?: 'all' | 'hub';
  /** CustomResourceDefinitions that are there from the start. */
  readonly crds?: readonly KubeObject[];
  /** Unix socket that answers for logs and exec. */
  readonly kubeletSocket?: string;
  /** Who may do what; everybody with a certificate, unless it is given. */
  readonly authorize?: (user: User, method: string, path: ApiPath) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ApiServer {
  readonly port: number;
  close(): Promise<void>;
}

const OPEN = new Set(['/livez', '/readyz', '/healthz']);
const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+sealane',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'linux/amd64',
};

/** @throws `apiserver/listen` when the address is taken */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const stopping = new AbortController();
  const context = engine(options, stopping.signal);
  const { certificate: cert, key, clientAuthority: ca } = options.tls;
  const server = createSecureServer({ cert, key, ca, requestCert: true, rejectUnauthorized: false, allowHTTP1: true });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => void answer(options, context, request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    upgrade(options, request, socket, head),
  );
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.on('sessionError', (error) => options.log.debug({ err: error }, 'session broken'));
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function engine(
  { store, clock, serviceRange, kinds = 'all', crds = [] }: ApiServerOptions,
  stopping: AbortSignal,
): ResourceContext {
  const registry = createRegistry(builtinKinds(kinds));
  const rules = builtinRules({ store, serviceRange, random: () => clock.random(), clock });
  const writer = createWriter({ store, clock, newUid: randomUUID, rules });
  serveCustomKinds(registry, store, writer);
  firstObjects({ registry, store, writer, serviceRange, crds });
  collectGarbage(registry, store, writer);
  endNamespaces(registry, store, writer);
  return { registry, store, writer, clock, stopping };
}

async function answer(
  options: ApiServerOptions,
  context: ResourceContext,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  response.on('error', () => {}); // the client is gone; nobody is left to tell
  let exchange: Exchange | undefined;
  try {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const user = authenticate(socketOf(request));
    exchange = {
      request,
      response,
      url,
      user: user ?? { name: 'system:anonymous', groups: ['system:unauthenticated'] },
    };
    if (OPEN.has(url.pathname)) return sendText(exchange, 200, 'ok');
    if (url.pathname === '/version') return sendJson(exchange, 200, VERSION);
    if (!user) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
    await route(options, context, exchange);
  } catch (error) {
    refuse(options.log, exchange, response, error);
  }
}

async function route(
  { authorize, kubeletSocket }: ApiServerOptions,
  context: ResourceContext,
  exchange: Exchange,
): Promise<void> {
  const { pathname } = exchange.url;
  const known = serveDiscovery(context.registry, pathname) ?? serveOpenApi(context.registry, pathname);
  if (known) return sendJson(exchange, 200, known);
  const path = parsePath(pathname);
  if (!path) throw noSuchPath();
  if (authorize && !authorize(exchange.user, exchange.request.method, path)) {
    throw new ApiError(403, 'Forbidden', `User "${exchange.user.name}" may not do this`);
  }
  if (isKubelets(path)) return toKubelet(exchange, path, kubeletSocket);
  await serveResource(context, exchange, path);
}

function isKubelets({ group, plural, subresource }: ApiPath): boolean {
  return group === '' && plural === 'pods' && (subresource === 'log' || subresource === 'exec');
}

function toKubelet(exchange: Exchange, { subresource }: ApiPath, socketPath: string | undefined): void {
  if (!socketPath) throw new ApiError(503, 'ServiceUnavailable', 'no kubelet serves this cluster');
  if (subresource === 'exec')
    throw new ApiError(400, 'BadRequest', 'exec needs a WebSocket (v5.channel.k8s.io); SPDY is not spoken here');
  forwardRequest(exchange, socketPath);
}

function upgrade(
  { kubeletSocket, log }: ApiServerOptions,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const url = new URL(request.url ?? '/', 'https://localhost');
  const path = parsePath(url.pathname);
  const refused = (status: string) =>
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  if (!authenticate(socket as TLSSocket)) return void refused('401 Unauthorized');
  const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
  if (!path || !isKubelets(path) || path.subresource !== 'exec' || !isWebSocket) return void refused('400 Bad Request');
  if (!kubeletSocket) return void refused('503 Service Unavailable');
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  for (let i = 0; i < request.rawHeaders.length; i += 2)
    lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
  log.debug({ path: url.pathname }, 'exec');
  forwardUpgrade(`${lines.join('\r\n')}\r\n\r\n`, head, socket, kubeletSocket);
}

function refuse(log: Log, exchange: Exchange | undefined, response: Http2ServerResponse, error: unknown): void {
  const known = error instanceof ApiError ? error : new ApiError(500, 'InternalError', 'Internal error occurred');
  if (!(error instanceof ApiError)) log.error({ err: error, path: exchange?.url.pathname }, 'request failed');
  if (exchange && !response.headersSent) sendJson(exchange, known.statusCode, known.toStatus());
  else response.end();
}

function socketOf(request: Http2ServerRequest): TLSSocket {
  const { stream } = request;
  return (stream?.session?.socket ?? request.socket) as TLSSocket;
}

function listen(server: Http2SecureServer, { address, port }: ApiServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new SealaneError('apiserver/listen', `serve on ${address}:${port}`, { cause })),
    );
    server.listen(port, address, resolve);
  });
}
