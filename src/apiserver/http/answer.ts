/** From a request to the part that answers it, and from whatever goes wrong to a Status. */
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Log } from '#kit/index.ts';
import { ANONYMOUS, identify, unauthorized } from '../accounts/identify.ts';
import { pathAttributes, resourceAttributes } from '../rbac/attributes.ts';
import { ApiError, methodNotAllowed, noSuchPath } from './api-error.ts';
import { serveDiscovery } from './discovery.ts';
import { type Exchange, flagParameter, sendJson, sendText } from './exchange.ts';
import { forwardRequest } from './forward.ts';
import type { Enter } from './limits.ts';
import { permit } from './permit.ts';
import { serveOpenApi } from './openapi.ts';
import { type ApiPath, isKubelets, parsePath } from './parse-path.ts';
import { requestUrl } from './request-url.ts';
import type { ResourceContext } from './resource-context.ts';
import { serveResource } from './resources.ts';

export interface AnswerContext extends ResourceContext {
  readonly kubeletSocket: string | undefined;
  readonly enter: Enter;
  readonly log: Log;
}

/** Whoever asks for these need not say who he is, nor be allowed. */
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

/** Never rejects: whatever happens becomes an answer, or the end of a connection that nobody reads any more. */
export async function answer(
  context: AnswerContext,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  // The client is gone, or broke its stream: nobody is left to tell. Without a listener Node would end the process.
  request.on('error', () => {});
  response.on('error', () => {});
  try {
    await route(context, request, response);
  } catch (error) {
    refuse(context.log, request, response, error);
  }
}

async function route(context: AnswerContext, request: Http2ServerRequest, response: Http2ServerResponse) {
  const url = requestUrl(request.url);
  if (OPEN.has(url.pathname)) return sendText({ request, response, url, user: ANONYMOUS }, 200, 'ok');
  const user = identify(context, request, socketOf(request));
  const exchange: Exchange = { request, response, url, user };
  const path = parsePath(url.pathname);
  if (user === ANONYMOUS && url.pathname !== '/version') throw unauthorized();
  context.enter(exchange, isLasting(url, path));
  if (!path) return servePath(context, exchange);
  permit(context.authorizer, resourceAttributes(user, request.method, path, url));
  if (isKubelets(path)) return toKubelet(exchange, path, context.kubeletSocket);
  await serveResource(context, exchange, path);
}

/** It goes on until somebody ends it. */
function isLasting(url: URL, path: ApiPath | undefined): boolean {
  return flagParameter(url, 'watch') || (path?.subresource === 'log' && flagParameter(url, 'follow'));
}

/** What is about no resource. */
function servePath({ authorizer, registry }: AnswerContext, exchange: Exchange): void {
  const { request, url, user } = exchange;
  permit(authorizer, pathAttributes(user, request.method, url));
  if (url.pathname === '/version') return sendJson(exchange, 200, VERSION);
  const known = serveDiscovery(registry, url.pathname) ?? serveOpenApi(registry, url.pathname);
  if (!known) throw noSuchPath();
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  sendJson(exchange, 200, known);
}

function toKubelet(exchange: Exchange, { subresource }: ApiPath, socketPath: string | undefined): void {
  if (!socketPath) throw new ApiError(503, 'ServiceUnavailable', 'no kubelet serves this cluster');
  if (subresource === 'exec')
    throw new ApiError(400, 'BadRequest', 'exec needs a WebSocket (v5.channel.k8s.io); SPDY is not spoken here');
  forwardRequest(exchange, socketPath);
}

function refuse(log: Log, request: Http2ServerRequest, response: Http2ServerResponse, error: unknown): void {
  const known = error instanceof ApiError ? error : new ApiError(500, 'InternalError', 'Internal error occurred');
  if (known !== error) log.error({ err: error, method: request.method, path: request.url }, 'request failed');
  try {
    const body = Buffer.from(`${JSON.stringify(known.toStatus())}\n`);
    const after = known.details?.retryAfterSeconds;
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      ...(after && { 'retry-after': String(after) }),
    };
    if (!response.headersSent) response.writeHead(known.statusCode, headers).end(body);
    else response.end();
  } catch (broken) {
    log.debug({ err: broken, path: request.url }, 'answer not sent');
    socketOf(request).destroy();
  }
}

function socketOf(request: Http2ServerRequest): TLSSocket {
  const { stream } = request;
  return (stream?.session?.socket ?? request.socket) as TLSSocket;
}
