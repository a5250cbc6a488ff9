import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFault } from '#kit/index.ts';
import { listLinks } from './link.ts';
import { openPinnedMap } from './map.ts';
import { listCgroupPrograms } from './query-programs.ts';
import { foreignProgram } from './testing/foreign-program.ts';
import { loadTestHooks, stage, type Stage } from './testing/stage.ts';

const CONNECT4 = 10;
const SERVER = '127.0.0.11';

/** One service that a caller reaches. */
async function served(on: Stage) {
  const to = { address: '240.10.1.1', port: 8080 };
  await on.servers.serveTcp(SERVER);
  on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: SERVER }] }]]);
  return async () => assert.deepEqual(await on.caller.calls(to, 3), [SERVER, SERVER, SERVER]);
}

function programsOn(cgroup: string): number[] {
  return listCgroupPrograms(cgroup, CONNECT4).map(({ id }) => id);
}

for (const [what, damage] of [
  ['a link', (dir: string) => renameSync(`${dir}/links/getpeername4`, `${dir}/maps/backends`)],
  ['a folder', (dir: string) => mkdirSync(`${dir}/maps/backends`)],
] as const) {
  test(`where a table should be pinned and ${what} is, that is refused by its path, and what runs goes on`, async () => {
    await using on = await stage();
    const works = await served(on);
    const { pinDir, cgroup } = on.arena;
    const before = { programs: programsOn(cgroup), traffic: openPinnedMap(`${pinDir}/maps/traffic`).info.id };
    rmSync(`${pinDir}/maps/backends`);
    damage(pinDir);
    assert.throws(
      () => loadTestHooks(on.arena),
      (error) => isFault(error, 'kernel/pinned-map') && error.message.includes(`${pinDir}/maps/backends`),
    );
    assert.deepEqual(
      { programs: programsOn(cgroup), traffic: openPinnedMap(`${pinDir}/maps/traffic`).info.id },
      before,
    );
    await works();
  });
}

test('where a link should be pinned and a table is, the link is made anew', async () => {
  await using on = await stage();
  const works = await served(on);
  const { pinDir, cgroup } = on.arena;
  renameSync(`${pinDir}/maps/clients`, `${pinDir}/links/connect4`);
  const again = loadTestHooks(on.arena);
  for (const link of again.attach(cgroup)) link.close();
  assert.equal(listLinks(pinDir).get('connect4')?.kind, 'cgroup');
  await works();
  again.close();
});

for (const when of ['before', 'after'] as const) {
  test(`a program of others that shares the hook, attached ${when} ours, stays, and calls go on`, async () => {
    await using on = await stage();
    const works = await served(on);
    if (when === 'before') {
      for (const name of listLinks(on.arena.pinDir).keys()) rmSync(join(on.arena.pinDir, 'links', name));
      for (const link of on.links) link.close();
    }
    using _ = foreignProgram(on.arena.cgroup, 'beside others');
    const again = loadTestHooks(on.arena);
    for (const link of again.attach(on.arena.cgroup)) link.close();
    const names = listCgroupPrograms(on.arena.cgroup, CONNECT4).map(({ name }) => name);
    assert.deepEqual(names, when === 'before' ? ['on_connect', 'connect4'] : ['connect4', 'on_connect']);
    await works();
    again.close();
  });
}
