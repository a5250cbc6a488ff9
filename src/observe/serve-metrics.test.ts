import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { type Clock, silentLog, systemClock } from '#kit/index.ts';
import { createMetrics } from './metrics.ts';
import { type MetricsServer, serveMetrics } from './serve-metrics.ts';
import { valueIn } from './test-parse.ts';

const LOOPBACK = '127.0.0.1';

async function listening(server: MetricsServer): Promise<number> {
  for (let tries = 0; tries < 1_000; tries++) {
    const at = server.address();
    if (at) return at.port;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return assert.fail('it does not listen');
}

async function serve(t: TestContext, port = 0, clock: Clock = systemClock, address = LOOPBACK) {
  const metrics = createMetrics('hub', silentLog);
  metrics.gauge('sealane_hub_members', {}, () => 3);
  const server = serveMetrics(metrics, { address, port }, clock, silentLog);
  t.after(() => server.stop());
  return server;
}

const ask = (port: number, path: string, init: RequestInit = {}) => fetch(`http://${LOOPBACK}:${port}${path}`, init);

test('/metrics is answered in Prometheus’ format, and is the only thing there', async (t) => {
  const port = await listening(await serve(t));
  const answer = await ask(port, '/metrics?x=1');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(valueIn(await answer.text(), 'sealane_hub_members'), 3);
  for (const path of ['/', '/metrics/', '/metrics/../etc/passwd%00', '/debug']) {
    const { status } = await ask(port, path);
    assert.equal(status, 404, path);
  }
  const posted = await ask(port, '/metrics', { method: 'POST', body: 'x'.repeat(100_000) });
  assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET']);
});

test('an address of IPv6 is served', async (t) => {
  const server = await serve(t, 0, systemClock, '::1');
  const answer = await fetch(`http://[::1]:${await listening(server)}/metrics`);
  assert.equal(answer.status, 200);
});

test('a port that is taken is tried again until it is free', async (t) => {
  const other = createServer().listen(0, LOOPBACK);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  let again: (() => void) | undefined;
  const clock: Clock = { ...systemClock, after: (_, run) => ((again = run), () => {}) };
  const server = await serve(t, port, clock);
  const refused = async () => {
    for (let tries = 0; tries < 1_000 && !again; tries++) await new Promise((resolve) => setImmediate(resolve));
    const run = again ?? assert.fail('nothing is tried again');
    again = undefined;
    return run;
  };
  (await refused())();
  const retry = await refused();
  assert.equal(server.address(), undefined);
  other.close();
  await once(other, 'close');
  retry();
  assert.equal(await listening(server), port);
  assert.equal((await ask(port, '/metrics')).status, 200);
});

/** What a client gets that sends this and waits; empty when it is cut off. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, LOOPBACK);
  let got = '';
  socket.on('data', (data) => (got += data.toString()));
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return got;
}

test('a request with endless headers, or that is none, is refused', async (t) => {
  const port = await listening(await serve(t));
  const endless = `GET /metrics HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`;
  assert.match(await raw(port, endless), /^HTTP\/1\.1 431 /);
  assert.match(await raw(port, '\x16\x03\x01 no http\r\n\r\n'), /^HTTP\/1\.1 400 /);
});

test('connections beyond the sixteenth are closed at once, and room is found when others go', async (t) => {
  const port = await listening(await serve(t));
  const idle: Socket[] = [];
  t.after(() => idle.forEach((socket) => socket.destroy()));
  for (let i = 0; i < 16; i++) {
    const socket = connect(port, LOOPBACK);
    await once(socket, 'connect');
    idle.push(socket);
  }
  assert.equal(await raw(port, ''), '');
  const [first] = idle;
  first?.destroy();
  for (let tries = 0; ; tries++) {
    const answer = await ask(port, '/metrics').catch(() => undefined);
    if (answer?.status === 200) break;
    assert.ok(tries < 200, 'no room was found');
  }
});
