import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lackingIn, portsIn } from './parse-proc.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

test('listening TCP sockets hold their port, connections do not', () => {
  const listening = '   0: 0100007F:2710 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n';
  const connected = '   1: 0100007F:2711 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 2 1\n';
  assert.deepEqual(portsIn(HEAD + listening + connected, 'tcp'), [10_000]);
});

test('UDP sockets without a peer hold their port, of IPv6 too', () => {
  const zero = '0'.repeat(32);
  const bound = `   0: ${zero}:2712 ${zero}:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 1\n`;
  const withPeer = '   1: 0100007F:2713 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 2 1\n';
  assert.deepEqual(portsIn(HEAD + bound + withPeer, 'udp'), [10_002]);
});

test('what an ordinary user and a half-privileged container lack is named', () => {
  const status = (effective: bigint) => `Name:\tx\nCapEff:\t${effective.toString(16).padStart(16, '0')}\n`;
  assert.deepEqual(lackingIn(status(0n)), ['CAP_NET_ADMIN', 'CAP_PERFMON', 'CAP_BPF']);
  assert.deepEqual(lackingIn(status((1n << 12n) | (1n << 39n))), ['CAP_PERFMON']);
  assert.deepEqual(lackingIn(status((1n << 12n) | (1n << 21n))), [], 'CAP_SYS_ADMIN implies the others');
});
