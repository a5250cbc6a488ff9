import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listLinks } from './link.ts';
import { programInfo } from './program.ts';
import { loadTestHooks, stage } from './testing/stage.ts';

const A = '127.0.0.51';

test('a restart adopts links and tables; no connection notices', async () => {
  await using on = await stage();
  await on.servers.serveTcp(A);
  const to = { address: '240.10.4.1', port: 80 };
  on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  const kept = await on.caller.open(to);
  const before = on.hooks.programs.map(({ fd }) => programInfo(fd).id);
  for (const link of on.links) link.close();

  assert.deepEqual(await on.caller.calls(to, 5), Array(5).fill(A), 'hooks work while no agent lives');

  const during = on.caller.calls(to, 3000);
  let swaps = 0;
  let after: number[] = [];
  while (swaps < 5) {
    const again = loadTestHooks(on.arena);
    assert.deepEqual(again.rebuilt, []);
    const links = again.attach(on.arena.cgroup);
    assert.ok(links.every((link) => link.adopted));
    after = again.programs.map(({ fd }) => programInfo(fd).id);
    for (const link of links) link.close();
    again.close();
    swaps++;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const answers = await during;
  assert.equal(answers.filter((answer) => answer !== A).length, 0, 'no call failed');
  assert.deepEqual(new Set([...listLinks(on.arena.pinDir).values()].map((link) => link.programId)), new Set(after));
  assert.ok(
    after.every((id) => !before.includes(id)),
    'the programs are other ones',
  );
  assert.equal(await on.caller.requests(kept.id, 1), `${A} again`);
  await on.caller.close(kept.id);
});

test('a link whose cgroup was made anew is replaced', async () => {
  await using first = await stage();
  await using second = await stage();
  for (const link of first.links) link.close();
  const again = loadTestHooks(first.arena);
  const links = again.attach(second.arena.cgroup);
  assert.ok(links.every((link) => !link.adopted));
  for (const link of links) link.detach();
  again.close();
});
