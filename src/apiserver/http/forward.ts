/** Logs and exec belong to the kubelet: what comes for them is handed on unchanged, over its unix socket. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError } from './api-error.ts';
import type { Exchange } from './exchange.ts';

const HOP_BY_HOP = new Set(['connection', 'host', 'transfer-encoding', 'keep-alive', 'upgrade', 'http2-settings']);

/** A plain request, such as one for logs. */
export function forwardRequest(exchange: Exchange, socketPath: string): void {
  const { request, response, url } = exchange;
  const headers = Object.entries(request.headers).filter(([name]) => !name.startsWith(':') && !HOP_BY_HOP.has(name));
  const onward = httpRequest(
    { socketPath, method: request.method, path: url.pathname + url.search, headers: Object.fromEntries(headers) },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
      answer.on('data', (chunk: Buffer) => response.write(chunk));
      answer.on('end', () => response.end());
      answer.on('error', () => response.end());
      response.on('close', () => answer.destroy());
    },
  );
  onward.on('error', (error) => {
    const status = unreachable(error).toStatus();
    if (!response.headersSent) response.writeHead(502, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status));
  });
  request.on('data', (chunk: Buffer) => onward.write(chunk));
  request.on('end', () => onward.end());
}

/** An upgrade to WebSocket: the two sockets are joined. */
export function forwardUpgrade(head: string, first: Buffer, client: Duplex, socketPath: string): void {
  const kubelet = connect(socketPath, () => {
    kubelet.write(head);
    kubelet.write(first);
    client.pipe(kubelet).pipe(client);
  });
  const end = () => {
    kubelet.destroy();
    client.destroy();
  };
  kubelet.on('error', end);
  client.on('error', end);
  client.on('close', () => kubelet.destroy());
  kubelet.on('close', () => client.destroy());
}

function unreachable(cause: Error): ApiError {
  return new ApiError(502, 'BadGateway', `the kubelet does not answer: ${cause.message}`);
}
