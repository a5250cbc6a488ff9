/** Upgrades of HTTP/1.1: exec over WebSocket, which the kubelet answers. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ANONYMOUS, identify, unauthorized } from '../accounts/identify.ts';
import { resourceAttributes } from '../rbac/attributes.ts';
import type { AnswerContext } from './answer.ts';
import { ApiError, badRequest } from './api-error.ts';
import { forwardUpgrade } from './forward.ts';
import { isKubelets, parsePath } from './parse-path.ts';
import { permit } from './permit.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { requestUrl } from './request-url.ts';

type UpgradeContext = Pick<AnswerContext, 'authorizer' | 'tokens' | 'kubeletSocket' | 'log'>;

/** Never throws. */
export function answerUpgrade(context: UpgradeContext, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on('error', () => socket.destroy()); // from here on the socket is ours: without a listener Node would end
  try {
    const kubelet = kubeletFor(context, request, socket as TLSSocket);
    forwardUpgrade(requestHead(request), head, socket, kubelet);
  } catch (error) {
    if (!(error instanceof ApiError)) context.log.error({ err: error, path: request.url }, 'upgrade failed');
    refuseUpgrade(
      socket,
      error instanceof ApiError ? error : new ApiError(500, 'InternalError', 'Internal error occurred'),
    );
  }
}

/** @throws ApiError */
function kubeletFor(context: UpgradeContext, request: IncomingMessage, socket: TLSSocket): string {
  const { authorizer, kubeletSocket } = context;
  const user = identify(context, request, socket);
  if (user === ANONYMOUS) throw unauthorized();
  const url = requestUrl(request.url);
  const path = parsePath(url.pathname);
  const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
  if (!path || !isKubelets(path) || path.subresource !== 'exec') throw badRequest('only exec can be upgraded to');
  if (!isWebSocket) throw badRequest('exec needs a WebSocket (v5.channel.k8s.io); SPDY is not spoken here');
  const attributes = resourceAttributes(user, request.method ?? 'GET', path, url);
  // A WebSocket is begun with GET, yet to run something is to create: who may only read must not.
  for (const verb of [attributes.verb, 'create']) permit(authorizer, { ...attributes, verb });
  if (!kubeletSocket) throw new ApiError(503, 'ServiceUnavailable', 'no kubelet serves this cluster');
  return kubeletSocket;
}

/** What the client wrote, to be written again. */
function requestHead({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
