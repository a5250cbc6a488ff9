import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ip, systemClock } from '#kit/index.ts';
import { stage } from '#kernel/testing/stage.ts';
import { fullTables } from './full-tables.ts';

const VIPS = 100;

test('a table is named once it is more than 80 % full, one that throws old entries out never', async (t) => {
  const on = await stage({ vips: VIPS, health: 64 });
  t.after(() => on[Symbol.asyncDispose]());
  const vip = (i: number) => ({ addr: ip('240.10.0.1') + BigInt(i), port: 80, proto: 6 });
  for (let i = 0; i < 80; i++) on.world.vips.put(vip(i), 1);
  const read = (use = {}) => fullTables(on.arena.pinDir, use, systemClock);
  assert.deepEqual(await read(), {});
  on.world.vips.put(vip(80), 1);
  assert.deepEqual(await read({ backends: 8192 }), { backends: 1, vips: 0.81 });
});
