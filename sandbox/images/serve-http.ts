/** An HTTP server that says who it is. Requests under way are answered before it ends. */
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import { systemClock } from '#kit/index.ts';
import { wholeNumber } from './arguments.ts';
import { answerLine, surroundings } from './surroundings.ts';
import { untilTold } from './until-told.ts';

/** Calls that were on their way when the pod left the endpoints still arrive: they are taken for so long. */
const DRAIN_MS = 1_500;
/** Connections that are kept by idle clients are closed after this long. */
const GRACE_MS = 5_000;

export async function serveHttp(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, text: { type: 'string' }, 'drain-ms': { type: 'string' } },
  });
  const where = surroundings();
  const text = values.text?.replace(/\$\((\w+)\)/g, (_, name: string) => process.env[name] ?? '') ?? '';
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    if (pathOf(request) === '/ready') return ready(response, where.notReadyFile);
    request.resume();
    const body = `${text}${answerLine(where, request.socket.remoteAddress ?? '-')}`;
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
  const port = wholeNumber('port', values.port, 8080, 1);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Without a host: both families, or IPv4 where the kernel has no other.
    server.listen({ port, backlog: 4096 }, resolve);
  });
  console.log(`listening on port ${port}`);
  await untilTold();
  await new Promise<void>((resolve) =>
    systemClock.after(wholeNumber('drain-ms', values['drain-ms'], DRAIN_MS), resolve),
  );
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  systemClock.after(GRACE_MS, () => server.closeAllConnections(), { background: true });
  await closed;
  return 0;
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}

function ready(response: ServerResponse, notReadyFile: string): void {
  const isReady = !existsSync(notReadyFile);
  response.writeHead(isReady ? 200 : 503, { 'content-type': 'text/plain' });
  response.end(isReady ? 'ready\n' : 'not ready\n');
}
