/** Logs and exec belong to the kubelet: what comes for them is handed on unchanged, over its unix socket. */
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { ApiError } from './api-error.ts';
import { type Exchange, sendJson } from './exchange.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

const HOP_BY_HOP = new Set(['connection', 'host', 'transfer-encoding', 'keep-alive', 'upgrade', 'http2-settings']);

/** A plain request, such as one for logs. A slow reader slows the kubelet, a reader that leaves ends the request. */
export function forwardRequest(exchange: Exchange, socketPath: string): void {
  const { request, response, url } = exchange;
  const headers = Object.entries(request.headers).filter(([name]) => !name.startsWith(':') && !HOP_BY_HOP.has(name));
  const onward = httpRequest(
    { socketPath, method: request.method, path: url.pathname + url.search, headers: Object.fromEntries(headers) },
    (answer) => handBack(answer, exchange),
  );
  onward.on('error', (error) => {
    if (!response.headersSent) sendJson(exchange, 502, unreachable(error).toStatus());
    else response.end();
  });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

function handBack(answer: IncomingMessage, { response }: Exchange): void {
  response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
  (response as { flushHeaders?: () => void }).flushHeaders?.(); // `logs -f` of a silent container has begun too
  pipeline(answer, response, () => {}); // whichever side breaks, both are closed
}

/** An upgrade to WebSocket: the two sockets are joined. */
export function forwardUpgrade(head: string, first: Buffer, client: Duplex, socketPath: string): void {
  let isJoined = false;
  const kubelet = connect(socketPath, () => {
    isJoined = true;
    kubelet.write(head);
    kubelet.write(first);
    client.pipe(kubelet).pipe(client);
  });
  kubelet.on('error', (error) => (isJoined ? client.destroy() : refuseUpgrade(client, unreachable(error))));
  kubelet.on('close', () => isJoined && client.destroy());
  client.on('close', () => kubelet.destroy());
}

function unreachable(cause: Error): ApiError {
  return new ApiError(502, 'BadGateway', `the kubelet does not answer: ${cause.message}`);
}
