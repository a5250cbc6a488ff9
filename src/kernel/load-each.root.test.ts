import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Clock, isFault, systemClock } from '#kit/index.ts';
import { loadGateway, loadGatewayInTurns } from './gateway-programs.ts';
import { HOOKS, loadHooks, loadHooksInTurns } from './hooks.ts';
import { Arena, OBJECTS } from './testing/test-arena.ts';
import { SMALL } from './testing/stage.ts';

/** Each look at it is a long time later, so that every object may be followed by a turn. */
function hurriedClock(): { clock: Clock; turns: () => number } {
  let now = 0;
  let turns = 0;
  const clock: Clock = {
    ...systemClock,
    monotonic: () => (now += 1_000),
    after(ms, run, options) {
      turns++;
      return systemClock.after(ms, run, options);
    },
  };
  return { clock, turns: () => turns };
}

/** The compiled objects, one of them no object. */
function withBroken(t: TestContext, name: string): string {
  const path = mkdtempSync(join(tmpdir(), 'sealane-objects-'));
  t.after(() => rmSync(path, { recursive: true }));
  cpSync(OBJECTS, path, { recursive: true });
  writeFileSync(join(path, `${name}.bpf.o`), 'broken');
  return path;
}

/** Programs and tables that this process has open; where all suites share one, those of others are among them. */
function openOfBpf(): string[] {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ''; // the one that the folder itself was read by
    }
  });
  return targets.filter((target) => target.startsWith('anon_inode:bpf'));
}

test('the event loop may turn after each object; the hooks are the same', async () => {
  await using arena = new Arena();
  const before = openOfBpf();
  const options = { objectDir: OBJECTS, pinDir: arena.pinDir, maxEntries: SMALL };
  const { clock, turns } = hurriedClock();
  const hooks = await loadHooksInTurns(options, clock);
  assert.equal(turns(), HOOKS.length);
  const atOnce = loadHooks(options);
  const names = (all: typeof hooks) => all.programs.map(({ name }) => name);
  assert.deepEqual(names(hooks), names(atOnce));
  hooks.close();
  atOnce.close();
  assert.deepEqual(openOfBpf(), before);
});

test('when the last object is refused, nothing stays open', async (t) => {
  await using arena = new Arena();
  const before = openOfBpf();
  const { clock } = hurriedClock();
  const hooks = { objectDir: withBroken(t, 'connect6'), pinDir: arena.pinDir, maxEntries: SMALL };
  const gateway = ['IPv4', withBroken(t, 'gateway-back'), { pinDir: arena.pinDir }] as const;
  const refused = (error: unknown) => isFault(error, 'kernel/object-broken');
  assert.throws(() => loadHooks(hooks), refused);
  await assert.rejects(() => loadHooksInTurns(hooks, clock), refused);
  assert.throws(() => loadGateway(...gateway), refused);
  await assert.rejects(() => loadGatewayInTurns(...gateway, clock), refused);
  assert.deepEqual(openOfBpf(), before);
});
