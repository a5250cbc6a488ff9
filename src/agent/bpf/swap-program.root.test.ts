import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  attachTc,
  constantsOf,
  deviceIndex,
  enterNamespace,
  filterProgram,
  HOOKS,
  listLinks,
  loadObject,
  objects,
  openProgram,
  programById,
} from '#kernel/index.ts';
import { type Stage, stage } from '#kernel/testing/stage.ts';
import { Arena, OBJECTS } from '#kernel/testing/test-arena.ts';
import { compileFixtures } from '#kernel/testing/test-fixtures.ts';
import { isFault, systemClock } from '#kit/index.ts';
import { type SwapQuestion, swapAt } from './swap-program.ts';

const A = '127.0.0.61';
const ROUNDS = 20;
const fixture = compileFixtures('other-config', 'other-state');
const folder = mkdtempSync(join(tmpdir(), 'sealane-swap-'));
after(() => rmSync(folder, { recursive: true }));

const swap = (arena: Arena, program: string, to: SwapQuestion['to'], watchMs = 0) =>
  swapAt([{ cluster: 'c', node: 'n', pinDir: arena.pinDir }], { program, to, watchMs, clock: systemClock });
const shipped = (name: keyof typeof objects) => ({ object: join(OBJECTS, objects[name].file) });
const programsOf = ({ pinDir }: Arena) => [...listLinks(pinDir).values()].map(({ programId }) => programId);

const HEAD = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char NAME[] SEC("license") = "Dual BSD/GPL";`;

/** @param text of a program, without the include that every one needs */
function compiled(name: string, text: string): { object: string } {
  const source = join(folder, `${name}.bpf.c`);
  writeFileSync(source, `${HEAD}\n${text}\n`);
  const env = { ...process.env, OUT: folder };
  execFileSync(join(import.meta.dirname, '../../../tools/build-bpf.sh'), [source], { env, stdio: 'pipe' });
  return { object: join(folder, `${name}.bpf.o`) };
}

/** Calls over TCP and UDP until it is told to stop. */
async function load(on: Stage) {
  const tcp = { address: '240.10.5.1', port: 80 };
  const udp = { address: '240.10.5.2', port: 53 };
  await Promise.all([on.servers.serveTcp(A), on.servers.serveUdp(A)]);
  on.world.serve(tcp.address, tcp.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  on.world.serve(udp.address, udp.port, 'udp', [[{ backends: [{ at: A, port: 53 }] }]]);
  const socket = await on.caller.udpOpen();
  const answers: string[] = [];
  let stopped = false;
  const calling = (async () => {
    while (!stopped) answers.push(...(await on.caller.calls(tcp, 48)));
  })();
  const sending = (async () => {
    while (!stopped) {
      const { who, from } = await on.caller.udpSend(socket.id, udp);
      answers.push(from === `${udp.address}:${udp.port}` ? who : `${who} from ${from}`);
    }
  })();
  return async () => {
    stopped = true;
    await Promise.all([calling, sending]);
    return answers;
  };
}

test('every hook is swapped twenty times under TCP and UDP, and no call fails', async () => {
  await using on = await stage();
  const stop = await load(on);
  const before = programsOf(on.arena);
  const constants = () => constantsOf(openProgram(listLinks(on.arena.pinDir).get('connect4')?.programId ?? 0));
  const configured = constants();
  assert.ok(configured['vip_range_base']?.some((byte) => byte !== 0));
  for (const hook of HOOKS) for (let i = 0; i < ROUNDS; i++) await swap(on.arena, hook, shipped(hook));
  const answers = await stop();
  assert.ok(answers.length > 1000, `${answers.length} calls`);
  assert.deepEqual(
    answers.filter((who) => who !== A),
    [],
  );
  const now = programsOf(on.arena);
  assert.deepEqual(
    now.filter((id) => before.includes(id)),
    [],
    'every program is another one',
  );
  assert.deepEqual(constants(), configured, 'with the constants of the one before');
});

test('runs are counted before and after, and the way back leads to the very program that was there', async () => {
  await using on = await stage();
  const stop = await load(on);
  const [first] = (await swap(on.arena, 'connect4', shipped('connect4'), 300)).places;
  assert.ok((first?.before.runs ?? 0) > 10 && (first?.after.runs ?? 0) > 10, JSON.stringify(first));
  const { places } = await swap(on.arena, 'connect4', 'previous');
  assert.deepEqual([places[0]?.before.id, places[0]?.after.id], [first?.after.id, first?.before.id]);
  await swap(on.arena, 'connect4', 'previous');
  const link = listLinks(on.arena.pinDir).get('connect4');
  assert.equal(link?.programId, first?.after.id, 'and forth again');
  assert.ok((await stop()).every((who) => who === A));
});

const REJECTED =
  'SEC("cgroup/connect4") int connect4(struct bpf_sock_addr *ctx) { return *(int *)(long)ctx->user_ip4; }';
const OTHER_HOOK = 'SEC("tc") int connect4(struct __sk_buff *skb) { return 0; }';
const OTHER_ATTACH = 'SEC("cgroup/connect6") int connect4(struct bpf_sock_addr *ctx) { return 1; }';
const table = (name: string, more: string) => `
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, ${more}); __uint(max_entries, 8); } ${name} SEC(".maps");
SEC("cgroup/connect4") int connect4(struct bpf_sock_addr *ctx) { __u32 key = 0; return !!bpf_map_lookup_elem(&${name}, &key); }`;

const BAD: readonly [string, string, () => { object: string }, RegExp][] = [
  ['that the verifier refuses', 'kernel/verifier', () => compiled('rejected', REJECTED), /invalid mem access/],
  ['for another kind of hook', 'agent/wrong-program', () => compiled('other-hook', OTHER_HOOK), /for "tc"/],
  ['for another hook of its kind', 'agent/wrong-program', () => compiled('other-attach', OTHER_ATTACH), /connect6/],
  ['without the program', 'kernel/unknown-program', () => shipped('sockops'), /it has sock_ops/],
  [
    'with a table that nobody fills',
    'kernel/table-layout',
    () => compiled('new-table', table('newcomers', '__u64')),
    /newcomers: not there/,
  ],
  [
    'with a table laid out otherwise',
    'kernel/table-layout',
    () => ({ object: fixture('other-config') }),
    /use pinned map backends: value field \w+: /,
  ],
  [
    'with a table of the kernel’s own laid out otherwise',
    'kernel/state-layout',
    () => ({ object: fixture('other-state') }),
    /use pinned map traffic: /,
  ],
  ['that is not there', 'kernel/object-missing', () => ({ object: join(folder, 'none.bpf.o') }), /no such file/],
  ['that is no object', 'kernel/object-broken', () => ({ object: import.meta.filename }), /read .*swap-program/],
];

test('an object that cannot take over is refused, and everything is as it was', async (t) => {
  await using on = await stage();
  const stop = await load(on);
  const seen = () => ({
    programs: programsOf(on.arena),
    pins: readdirSync(on.arena.pinDir, { recursive: true, encoding: 'utf8' })
      .toSorted()
      .map((path) => [path, statSync(join(on.arena.pinDir, path)).ino]),
  });
  const before = seen();
  for (const [what, code, object, said] of BAD) {
    await t.test(`one ${what}`, async () => {
      await assert.rejects(swap(on.arena, 'connect4', object()), (error: Error) => {
        assert.ok(isFault(error, code), `${(error as { code?: string }).code}: ${error.message}`);
        assert.match(error.message, said);
        return true;
      });
      assert.deepEqual(seen(), before);
    });
  }
  await assert.rejects(swap(on.arena, 'connect4', 'previous'), (error) => isFault(error, 'agent/no-previous'));
  await assert.rejects(swap(on.arena, 'connect5', 'previous'), (error) => isFault(error, 'agent/unknown-program'));
  await assert.rejects(swap(on.arena, 'gateway-in', shipped('gateway-in')), (error) =>
    isFault(error, 'agent/not-attached'),
  );
  const answers = await stop();
  assert.ok(answers.length > 0 && answers.every((who) => who === A));
});

const PER_FAMILY = [
  { family: 'IPv4', name: 'gateway-in', program: 'gateway_in' },
  { family: 'IPv6', name: 'gateway-in6', program: 'gateway_in6' },
] as const;

for (const method of ['tcx', 'clsact'] as const) {
  test(`programs of both families on a device are swapped in place, each by itself, by ${method}`, async () => {
    await using arena = new Arena();
    execFileSync('ip', ['-n', arena.name, 'link', 'add', 'wan0', 'type', 'bridge']);
    const inside = <T>(run: () => T extends PromiseLike<unknown> ? never : T) => enterNamespace(arena.netns, run);
    const rodata = { lane_port_first: 12_000, lane_port_last: 12_099 };
    for (const { family, name, program } of PER_FAMILY) {
      const object = loadObject(shipped(name).object, { pinDir: arena.pinDir, rodata });
      const pin = method === 'tcx' ? { pin: `${arena.pinDir}/links/${name}` } : {};
      inside(() => attachTc(object.program(program), 'wan0', 'ingress', { method, filter: family, ...pin }));
      object.close();
    }
    const ifindex = inside(() => deviceIndex('wan0'));
    const running = () =>
      PER_FAMILY.map(({ family, name }) =>
        method === 'tcx'
          ? listLinks(arena.pinDir).get(name)?.programId
          : inside(() => filterProgram(ifindex, 'ingress', family)),
      );

    for (const [i, { name, program }] of PER_FAMILY.entries()) {
      const before = running();
      const { places } = await swap(arena, program, shipped(name));
      const [place] = places;
      assert.deepEqual([places.length, place?.hook, place?.at], [1, `${method} ingress`, `wan0@${arena.name}`]);
      assert.deepEqual(running(), before.with(i, place?.after.id), 'the other family keeps its own');
      const constants = constantsOf(openProgram(place?.after.id ?? 0));
      assert.equal(Buffer.from(constants['lane_port_first'] ?? []).readUInt16LE(0), 12_000);
      await swap(arena, program, 'previous');
      assert.deepEqual(running(), before);
      assert.ok(programById(place?.after.id ?? 0), 'the one that was swapped away is kept');
    }
  });
}
