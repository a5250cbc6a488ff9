/** What answers for logs and exec in these tests: a kubelet's HTTP side on a unix socket. */
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';

export interface FakeKubelet {
  readonly socketPath: string;
  close(): Promise<void>;
}

const STDOUT = 1;
const ERROR = 3;

/** Logs are `log of <path>`; exec prints its command and ends with the code that its last word is. */
export async function startFakeKubelet(): Promise<FakeKubelet> {
  const folder = mkdtempSync(join(tmpdir(), 'sealane-kubelet-'));
  const socketPath = join(folder, 'kubelet.sock');
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(`log of ${request.url}\n`);
  });
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (offered) => [...offered].find((one) => one.startsWith('v5.')) ?? false,
  });
  sockets.on('connection', (socket, request) => execute(socket, new URL(request.url ?? '/', 'http://kubelet')));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          rmSync(folder, { recursive: true });
          resolve();
        });
      }),
  };
}

function execute(socket: WebSocket, url: URL): void {
  const command = url.searchParams.getAll('command');
  const code = command.at(-1) ?? '0';
  const send = (channel: number, text: string) =>
    socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
  const causes = [{ reason: 'ExitCode', message: code }];
  const failure = { status: 'Failure', reason: 'NonZeroExitCode', message: `exit ${code}`, details: { causes } };
  send(STDOUT, `${command.join(' ')}\n`);
  send(ERROR, JSON.stringify(code === '0' ? { status: 'Success' } : failure));
  socket.close(1000);
}
