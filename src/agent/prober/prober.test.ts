import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ProbeKind } from '#kernel/index.ts';
import { silentLog, systemClock } from '#kit/index.ts';
import { parseReport, type ProberReport } from './files.ts';
import type { Step } from './model.ts';
import { startProber } from './prober.ts';

/** A gateway as the kernel plays it, at an address of loopback. */
async function gateway(t: TestContext, address: string, port: number, answer = turned): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => socket.send(answer(bytes), from.port, from.address));
  await once(socket.bind(port, address), 'listening');
  t.after(() => socket.close());
  return socket;
}

function turned(bytes: Buffer): Buffer {
  const answer = Buffer.from(bytes);
  answer.writeUInt32BE(ProbeKind.Answer, 4);
  return answer;
}

/** Some port that nobody has. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await once(socket.bind(0, '127.77.0.1'), 'listening');
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(done));
  return port;
}

function prober(t: TestContext, port: number, addresses: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'prober-'));
  const [targetsPath, verdictsPath] = [join(folder, 'targets.json'), join(folder, 'report.json')];
  const targets = addresses.map((address) => ({ cluster: address, gateway: 'g', address, port }));
  writeFileSync(targetsPath, JSON.stringify([...targets, { cluster: 7 }]));
  let last: Step | undefined;
  const stop = startProber({
    cluster: 'here',
    listen: [{ address: '127.77.0.1', port }],
    targetsPath,
    verdictsPath,
    established: () => undefined,
    onStep: (step) => (last = step),
    clock: systemClock,
    log: silentLog,
  });
  t.after(() => {
    stop();
    rmSync(folder, { recursive: true });
  });
  const report = (): ProberReport =>
    existsSync(verdictsPath) ? parseReport(readFileSync(verdictsPath, 'utf8')) : { verdicts: {} };
  const verdict = (address: string) => report().verdicts[address]?.[address];
  return {
    report,
    verdict,
    asked: (address: string) => last?.state.watched.get(`${address} ${address}`)?.sentAt ?? -Infinity,
  };
}

async function until(what: string, holds: () => boolean, ms = 10_000): Promise<void> {
  for (const end = performance.now() + ms; !holds(); await new Promise((resolve) => setTimeout(resolve, 10)))
    assert.ok(performance.now() < end, `waited for ${what}`);
}

test('who answers is up; an echo, a wrong nonce, or an answer of another’s mouth is none', async (t) => {
  const port = await freePort();
  const [good, echo, forger, victim] = ['127.77.0.2', '127.77.0.3', '127.77.0.4', '127.77.0.5'] as const;
  await gateway(t, good, port);
  await gateway(t, echo, port, (bytes) => bytes);
  await gateway(t, forger, port, (bytes) => {
    const answer = turned(bytes);
    answer[answer.length - 1] = (answer.at(-1) ?? 0) ^ 1;
    return answer;
  });
  const elsewhere = await gateway(t, '127.77.0.6', port);
  const deaf = createSocket('udp4');
  deaf.on('message', (bytes, from) => elsewhere.send(turned(bytes), from.port, from.address));
  await once(deaf.bind(port, victim), 'listening');
  t.after(() => deaf.close());
  const at = prober(t, port, [good, echo, forger, victim]);
  await until('an answer', () => at.verdict(good) === 'up');
  const begun = at.asked(good);
  await until('another round', () => [good, echo, forger, victim].every((one) => at.asked(one) > begun));
  assert.deepEqual([echo, forger, victim].map(at.verdict), ['unknown', 'unknown', 'unknown']);
});

test('a probe port that another process has is told, and taken as soon as it is free', async (t) => {
  const port = await freePort();
  const other = createSocket('udp4');
  await once(other.bind(port, '127.77.0.1'), 'listening');
  await gateway(t, '127.77.0.2', port);
  const at = prober(t, port, ['127.77.0.2']);
  await until('the problem', () => at.report().problem !== undefined);
  assert.match(
    at.report().problem ?? '',
    new RegExp(`probe from 127.77.0.1:${port}/udp: another process has the port`),
  );
  assert.equal(at.verdict('127.77.0.2'), 'unknown');
  other.close();
  await until('an answer', () => at.verdict('127.77.0.2') === 'up');
  assert.equal(at.report().problem, undefined);
});
