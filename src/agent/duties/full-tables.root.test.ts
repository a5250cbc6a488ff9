import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ip, silentLog, systemClock } from '#kit/index.ts';
import { stage } from '#kernel/testing/stage.ts';
import type { Teller } from '#kube/index.ts';
import { standingClock } from '../testing/standing-clock.ts';
import { fullTables } from './full-tables.ts';
import { tellOfTables } from './tell.ts';

const VIPS = 100;
const vip = (i: number) => ({ addr: ip('240.10.0.1') + BigInt(i), port: 80, proto: 6 });

test('a table is named once it is more than 80 % full, one that throws old entries out never', async (t) => {
  const on = await stage({ vips: VIPS, health: 64 });
  t.after(() => on[Symbol.asyncDispose]());
  for (let i = 0; i < 80; i++) on.world.vips.put(vip(i), 1);
  const read = (use = {}, flows = {}) => fullTables(on.arena.pinDir, use, async () => flows, systemClock);
  assert.deepEqual(await read(), {});
  on.world.vips.put(vip(80), 1);
  assert.deepEqual(await read({ backends: 8192 }), { backends: 1, vips: 0.81 });
  assert.deepEqual(await read({}, { vips: 80 }), {}, 'one of which entries are over');
});

test('a table that fills up is told of the node at once, with what to do, and then that it has room again', async (t) => {
  const on = await stage({ vips: VIPS });
  t.after(() => on[Symbol.asyncDispose]());
  for (let i = 0; i < 90; i++) on.world.vips.put(vip(i), 1);
  const { clock, pass } = standingClock();
  const told: string[] = [];
  const tables: unknown[] = [];
  const teller: Teller = {
    tell: ({ metadata }, { reason, message }) => void told.push(`${metadata.name} ${reason} ${message}`),
    idle: async () => {},
  };
  const options = { cluster: 'east', nodeName: 'n1', clock, log: silentLog };
  const onChange = (full: unknown) => void tables.push(full);
  const reading = { pinDir: on.arena.pinDir, use: () => ({}), flows: async () => ({}), onChange };
  t.after(tellOfTables({ options, teller }, reading));
  await pass(1);
  assert.match(told.join(), /^n1 TableFillsUp kernel table vips is 90 % full; .*: import fewer, [^,]*$/);
  await pass(60_000);
  for (let i = 0; i < 20; i++) on.world.vips.delete(vip(i));
  await pass(60_000);
  assert.deepEqual(told.slice(1), ['n1 TableHasRoom kernel table vips has room again']);
  assert.deepEqual(tables, [{ vips: 0.9 }, {}]);
});
