import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lackingIn, portRangeIn, portsIn } from './parse-proc.ts';

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

test('a process is what its capabilities say, not what it is called', () => {
  assert.equal(lackingIn(`Name:\tCapEff: ${'f'.repeat(16)}\nCapEff:\t${'0'.repeat(16)}\n`).length, 3);
});

test('any port that is listened at is found, and any text holds ports or none', () => {
  const port = fc.integer({ min: 1, max: 65_535 });
  const line = (one: number) => `0: 00000000:${one.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 0:0`;
  fc.assert(
    fc.property(fc.array(port), (ports) => assert.deepEqual(portsIn(HEAD + ports.map(line).join('\n'), 'tcp'), ports)),
  );
  fc.assert(fc.property(port, port, (a, b) => assert.deepEqual(portRangeIn(`${a}\t${b}\n`), { first: a, last: b })));
  const word = fc.oneof(
    fc.constantFrom('0A', '00:00', '07', '1:12345', '1:FG', 'CapEff:', 'g', '-1', '9'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const text = words.join(' ');
      const { first, last } = portRangeIn(text);
      const ports = [...portsIn(text, 'tcp'), ...portsIn(text, 'udp')];
      assert.ok(ports.every((one) => one >= 1 && one <= 65_535));
      assert.ok([first, last].every((one) => Number.isInteger(one) && one >= 0));
      assert.ok(lackingIn(text).length <= 3);
    }),
  );
});
