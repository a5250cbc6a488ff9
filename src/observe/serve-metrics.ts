/**
 * `GET /metrics` over plain HTTP, for whoever may connect: there is nothing else to be had here, and no secret in it.
 * A port that is taken is waited for; whatever else the process does goes on.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, formatEndpoint, type Log, messageOf } from '#kit/index.ts';
import { CONTENT_TYPE } from './exposition.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsAddress {
  readonly address: string;
  readonly port: number;
}

export interface MetricsServer {
  /** Where it listens; undefined while the port is taken. */
  address(): MetricsAddress | undefined;
  stop(): void;
}

const AGAIN_MS = 5_000;
const MAX_CONNECTIONS = 16;
const MAX_HEADER_BYTES = 8_192;
const REQUEST_MS = 5_000;
/** Nothing was sent or read for so long. */
const IDLE_MS = 10_000;

/** Does not keep the process alive by itself. */
export function serveMetrics(metrics: Metrics, at: MetricsAddress, clock: Clock, log: Log): MetricsServer {
  const server = boundedServer((request, response) => void answer(metrics, request, response, log));
  let refusals = 0;
  let cancel = () => {};
  const listen = () => server.listen({ port: at.port, host: at.address, ipv6Only: true });
  server.on('listening', () => log.info({ metrics: `http://${listening(server)}/metrics` }, 'metrics are served'));
  server.on('error', (error: NodeJS.ErrnoException) => {
    const fields = { address: formatEndpoint(at.address, at.port), reason: messageOf(error), code: error.code };
    if (refusals++ === 0) log.warn(fields, 'metrics are not served yet: the address cannot be had, tried again');
    cancel = clock.after(AGAIN_MS, listen, { background: true });
  });
  listen();
  server.unref();
  return {
    address: () => addressOf(server),
    stop() {
      cancel();
      server.close();
      server.closeAllConnections();
    },
  };
}

function boundedServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1_000,
  };
  const server = createServer(limits, handle);
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = IDLE_MS;
  return server;
}

async function answer(metrics: Metrics, request: IncomingMessage, response: ServerResponse, log: Log): Promise<void> {
  const path = request.url?.split('?', 1)[0];
  if (path !== '/metrics') return refuse(response, 404, 'only /metrics is here\n');
  if (request.method !== 'GET') return refuse(response, 405, 'only GET\n', { allow: 'GET' });
  try {
    const text = await metrics.scrape();
    response.writeHead(200, { 'content-type': CONTENT_TYPE, 'content-length': Buffer.byteLength(text) }).end(text);
  } catch (error) {
    log.error({ err: error }, 'metrics not answered');
    refuse(response, 500, 'not read\n');
  }
}

/** A body that comes with it is not read. */
function refuse(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close', ...headers }).end(text);
}

function addressOf(server: Server): MetricsAddress | undefined {
  const found = server.address() as AddressInfo | null;
  return found ? { address: found.address, port: found.port } : undefined;
}

function listening(server: Server): string {
  const { address, port } = addressOf(server) ?? { address: '', port: 0 };
  return formatEndpoint(address, port);
}
