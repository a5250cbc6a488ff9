import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTimeOf } from '#host/index.ts';
import { ownSockets } from './own-sockets.ts';
import { portsIn } from './parse-proc.ts';

test('a port that an agent’s own prober holds is held by nobody else', async (t) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'own-sockets-'));
  const socket = createSocket('udp4');
  t.after(() => {
    socket.close();
    rmSync(stateDir, { recursive: true });
  });
  await once(socket.bind(0, '127.0.0.1'), 'listening');
  const heldByOthers = () =>
    portsIn(readFileSync('/proc/net/udp', 'utf8'), 'udp', ownSockets([stateDir])).includes(socket.address().port);
  assert.equal(heldByOthers(), true);
  const keep = (startTime = '') =>
    writeFileSync(join(stateDir, 'prober.json'), JSON.stringify({ pid: process.pid, startTime }));
  keep(startTimeOf(process.pid));
  assert.equal(heldByOthers(), false);
  keep('1');
  assert.equal(heldByOthers(), true, 'that process is gone, and another has its number');
});
