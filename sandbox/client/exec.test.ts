import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { createAuthority } from '#identity/index.ts';
import { createClient } from '#kube/index.ts';
import { execInPod } from './index.ts';

const authority = await createAuthority('exec');
const own = await authority.issue({ commonName: 'server', addresses: ['127.0.0.1'] });
const admin = await authority.issue({ commonName: 'admin' });

/** Plays the API server's end: what it is asked, and what it sends. */
let serve: (socket: WebSocket, url: URL) => void = () => assert.fail('not expected');
let refusal: string | undefined;
const server = createServer({ cert: own.certificate, key: own.key, ca: authority.certificate, requestCert: true });
const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
server.on('upgrade', (request, socket, head) => {
  if (refusal !== undefined) {
    socket.end(`HTTP/1.1 404 Not Found\r\ncontent-length: ${refusal.length}\r\n\r\n${refusal}`);
    return;
  }
  sockets.handleUpgrade(request, socket, head, (ws) => serve(ws, new URL(request.url ?? '', 'https://x')));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());

const access = {
  server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
  ca: authority.certificate,
  cert: admin.certificate,
  key: admin.key,
};

async function exec(command: readonly string[], stdin?: Readable) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const said = Promise.all([text(streams.stdout), text(streams.stderr)]);
  const client = createClient(access);
  try {
    const request = { namespace: 'demo', pod: 'web', command, ...(stdin ? { stdin } : {}), ...streams };
    const code = await execInPod(access, client, request);
    streams.stdout.end();
    streams.stderr.end();
    const [stdout, stderr] = await said;
    return { code, stdout, stderr };
  } finally {
    client.close();
  }
}

const frame = (channel: number, content: string) => Buffer.concat([Buffer.from([channel]), Buffer.from(content)]);

test('output, errors and exit code of the command are passed on', async () => {
  let asked: URL | undefined;
  serve = (socket, url) => {
    asked = url;
    assert.equal(socket.protocol, 'v5.channel.k8s.io');
    socket.send(frame(1, 'out'));
    socket.send(frame(2, 'err'));
    const details = { causes: [{ reason: 'ExitCode', message: '7' }] };
    socket.send(frame(3, JSON.stringify({ status: 'Failure', reason: 'NonZeroExitCode', details })));
    socket.close();
  };
  assert.deepEqual(await exec(['sh', '-c', 'echo $HOME; exit 7']), { code: 7, stdout: 'out', stderr: 'err' });
  assert.equal(asked?.pathname, '/api/v1/namespaces/demo/pods/web/exec');
  assert.deepEqual(asked?.searchParams.getAll('command'), ['sh', '-c', 'echo $HOME; exit 7']);
});

test('standard input is sent, and its end', async () => {
  serve = (socket) => {
    let input = '';
    socket.on('message', (data: Buffer) => {
      if (data[0] === 0) input += data.subarray(1).toString();
      if (data[0] !== 255) return;
      socket.send(frame(1, input.toUpperCase()));
      socket.send(frame(3, JSON.stringify({ status: 'Success' })));
      socket.close();
    });
  };
  assert.deepEqual(await exec(['tr'], Readable.from([Buffer.from('hel'), Buffer.from('lo')])), {
    code: 0,
    stdout: 'HELLO',
    stderr: '',
  });
});

test('a connection that breaks is an error, never exit code 0', async () => {
  serve = (socket) => socket.terminate();
  await assert.rejects(exec(['true']), {
    code: 'sandbox/exec-failed',
    message: /the connection ended before the command did/,
  });
});

test('a refusal says what the server said', async () => {
  refusal = JSON.stringify({ kind: 'Status', message: 'pods "web" not found' });
  await assert.rejects(exec(['true']), {
    code: 'sandbox/exec-failed',
    message: /run in pod demo\/web: pods "web" not found/,
  });
  refusal = undefined;
});
