import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { attachTc, enterNamespace, HOOKS, hasTcx, loadHooks, loadObject } from '#kernel/index.ts';
import { SMALL, stage, VIP_RANGES } from '#kernel/testing/stage.ts';
import { Arena, OBJECTS } from '#kernel/testing/test-arena.ts';
import { describeAgent } from './describe-bpf.ts';
import { Places } from './find-place.ts';

const describe = (pinDir: string) =>
  describeAgent({ cluster: 'c', node: 'n', pinDir, stateDir: '/nowhere' }, new Places());

test('programs are shown at their place in order, and those of others are named as foreign', async (t) => {
  const on = await stage();
  t.after(() => on[Symbol.asyncDispose]());
  const other = new Arena();
  const foreign = loadHooks({ objectDir: OBJECTS, pinDir: other.pinDir, maxEntries: SMALL, vipRanges: VIP_RANGES });
  const links = foreign.attach(on.arena.cgroup);
  t.after(async () => {
    for (const link of links) link.detach();
    foreign.close();
    await other[Symbol.asyncDispose]();
  });

  const { hooks } = await describe(on.arena.pinDir);
  assert.equal(hooks.length, HOOKS.length);
  const connect = hooks.find(({ hook }) => hook === 'connect4');
  assert.equal(connect?.at, on.arena.cgroup);
  assert.deepEqual(
    connect?.order.map(({ name, foreign: theirs }) => [name, theirs]),
    [
      ['connect4', false],
      ['connect4', true],
    ],
  );
  assert.ok((connect?.verifiedInstructions ?? 0) > 100);
});

test('entries and refusals are counted, and tables say whose they are', async (t) => {
  const on = await stage();
  t.after(() => on[Symbol.asyncDispose]());
  on.world.serve('240.10.3.1', 80, 'tcp', [[{ backends: [{ at: '127.0.0.41' }] }]]);
  await on.caller.calls({ address: '240.10.9.9', port: 80 }, 3);

  const { maps, refusals } = await describe(on.arena.pinDir);
  const table = (name: string) => maps.find((map) => map.name === name);
  assert.deepEqual([table('vips')?.used, table('vips')?.size, table('backends')?.used], [1, SMALL.vips, 1]);
  assert.ok((table('backends')?.bytes ?? 0) >= SMALL.backends * 24);
  assert.deepEqual([table('vips')?.writer, table('vips')?.holds], ['agent', 'config']);
  assert.deepEqual([table('traffic')?.writer, table('traffic')?.holds], ['kernel', 'state']);
  assert.deepEqual(
    refusals.map(({ count, text }) => [count, text.length > 0]),
    [[3, true]],
  );
});

for (const method of ['tcx', 'clsact'] as const) {
  test(`a program on a device is found in the namespace of the device, by ${method}`, async (t) => {
    const arena = new Arena();
    t.after(() => arena[Symbol.asyncDispose]());
    execFileSync('ip', ['-n', arena.name, 'link', 'add', 'wan.0', 'type', 'bridge']);
    const object = loadObject(`${OBJECTS}/gateway-in.bpf.o`, { pinDir: arena.pinDir, maxEntries: { nat_flows: 1024 } });
    t.after(() => object.close());
    if (method === 'tcx' && !hasTcx()) return t.skip('this kernel has no tcx');
    const pin = `${arena.pinDir}/links/gateway-in`;
    enterNamespace(arena.netns, () =>
      attachTc(object.program('gateway_in'), 'wan.0', 'ingress', { method, ...(method === 'tcx' && { pin }) }),
    );

    const { hooks } = await describe(arena.pinDir);
    assert.deepEqual(
      hooks.map(({ program, hook, at, order }) => ({ program, hook, at, order: order.map(({ foreign }) => foreign) })),
      [{ program: 'gateway_in', hook: `${method} ingress`, at: `wan.0@${arena.name}`, order: [false] }],
    );
  });
}
