import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Refusal } from './generated/enums.ts';
import { type Stage, stage } from './testing/stage.ts';
import { SIX } from './testing/test-arena.ts';

let on: Stage;
const [A, B] = SIX;
const FOUR = '127.0.0.31';

before(async () => {
  on = await stage();
  await Promise.all([A, B, FOUR].flatMap((address) => [on.servers.serveTcp(address), on.servers.serveUdp(address)]));
});
after(() => on[Symbol.asyncDispose]());

let vips = 0;
const six = () => ({ address: `fd00:240::${(++vips).toString(16)}`, port: 80 });
const four = () => ({ address: `240.10.3.${++vips}`, port: 80 });
const mappedFrom = ({ address, port }: { address: string; port: number }) => ({ address: `::ffff:${address}`, port });
const text = ({ address, port }: { address: string; port: number }) => `${address}:${port}`;
const at = (...addresses: string[]) => [addresses.map((one) => ({ backends: [{ at: one, port: 80 }] }))];

test('a TCP socket of IPv6 gets backends of IPv6, and says it is connected to the VIP', async () => {
  const vip = six();
  on.world.serve(vip.address, vip.port, 'tcp', at(A, B));
  assert.deepEqual(new Set(await on.caller.calls(vip, 60)), new Set([A, B]));
  assert.equal((await on.caller.open(vip)).peer, text(vip));
});

test('a TCP socket of IPv6 that names a mapped address gets a backend of IPv4', async () => {
  const vip = four();
  on.world.serve(vip.address, vip.port, 'tcp', at(FOUR));
  assert.deepEqual(await on.caller.calls(mappedFrom(vip), 3), [FOUR, FOUR, FOUR]);
  assert.equal((await on.caller.open(mappedFrom(vip))).peer, text(mappedFrom(vip)));
});

test('UDP of IPv6: connected or not, answers come from the VIP', async () => {
  const vip = six();
  on.world.serve(vip.address, vip.port, 'udp', [[{ backends: [{ at: A, port: 53 }] }]]);
  const open = await on.caller.udpOpen(undefined, 6);
  assert.deepEqual(await on.caller.udpSend(open.id, vip), { who: A, from: text(vip) });
  const connected = await on.caller.udpOpen(vip);
  assert.equal(connected.peer, text(vip));
  assert.deepEqual(await on.caller.udpSend(connected.id), { who: A, from: text(vip) });
});

test('a UDP socket of IPv6 may talk to mapped VIPs and to VIPs of IPv6 in turn', async () => {
  const [mapped, plain] = [four(), six()];
  on.world.serve(mapped.address, mapped.port, 'udp', [[{ backends: [{ at: FOUR, port: 53 }] }]]);
  on.world.serve(plain.address, plain.port, 'udp', [[{ backends: [{ at: B, port: 53 }] }]]);
  const { id } = await on.caller.udpOpen(undefined, 6);
  for (const [to, who] of [
    [mappedFrom(mapped), FOUR],
    [plain, B],
    [mappedFrom(mapped), FOUR],
  ] as const)
    assert.deepEqual(await on.caller.udpSend(id, to), { who, from: text(to) });
  const connected = await on.caller.udpOpen(mappedFrom(mapped));
  assert.equal(connected.peer, text(mappedFrom(mapped)));
  assert.deepEqual(await on.caller.udpSend(connected.id), { who: FOUR, from: text(mappedFrom(mapped)) });
});

test('a backend of the other family is refused, not called', async () => {
  const [wrongly, other] = [six(), four()];
  on.world.serve(wrongly.address, wrongly.port, 'tcp', at(FOUR));
  on.world.serve(other.address, other.port, 'tcp', at(A));
  on.world.serve(other.address, other.port, 'udp', at(A));
  const before = on.refused(Refusal.Family);
  assert.deepEqual(await on.caller.calls(wrongly, 1), ['ECONNREFUSED']);
  assert.deepEqual(await on.caller.calls(other, 1), ['ECONNREFUSED']);
  const { id } = await on.caller.udpOpen();
  assert.equal((await on.caller.udpSend(id, other)).who, 'ECONNREFUSED');
  assert.equal(on.refused(Refusal.Family) - before, 3);
});

test('nothing to an address of either range leaves by the default route', async () => {
  const before = on.refused(Refusal.UnknownPort);
  assert.deepEqual(await on.caller.calls({ address: 'fd00:240::ffff', port: 9 }, 1), ['ECONNREFUSED']);
  assert.deepEqual(await on.caller.calls({ address: '::ffff:240.10.255.1', port: 9 }, 1), ['ECONNREFUSED']);
  assert.equal(on.refused(Refusal.UnknownPort) - before, 2);
});

test('what is no service’s is left alone', async () => {
  assert.deepEqual(await on.caller.calls({ address: A, port: 80 }, 1), [A]);
  const { id } = await on.caller.udpOpen(undefined, 6);
  assert.deepEqual(await on.caller.udpSend(id, { address: B, port: 53 }), { who: B, from: `${B}:53` });
});
