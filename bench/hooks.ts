/**
 * What the hooks cost a connection: the nanoseconds that the kernel counts for our programs (bpf_stats), over real sockets in a
 * namespace of its own. Needs root. Counting is in the numbers: a program that does nothing runs beside ours to say how much it is.
 *
 *   node bench/hooks.ts [connections]      default 4,000 for each line
 */
import { systemClock } from '#kit/index.ts';
import { type Hooks, loadHooks } from '../src/kernel/hooks.ts';
import { attachCgroup } from '../src/kernel/attach-cgroup.ts';
import { loadObject } from '../src/kernel/load-object.ts';
import { type Program, programInfo } from '../src/kernel/program.ts';
import { collectRunStats } from '../src/kernel/run-stats.ts';
import { tables } from '../src/kernel/generated/tables.ts';
import { tableOf } from '../src/kernel/table.ts';
import { VIP_RANGES } from '../src/kernel/testing/stage.ts';
import { Arena, OBJECTS, type Pod, SIX } from '../src/kernel/testing/test-arena.ts';
import type { Endpoint } from '../src/kernel/testing/requests.ts';
import { compileFixtures } from '../src/kernel/testing/test-fixtures.ts';
import { World } from '../src/kernel/testing/world.ts';

const CONNECTIONS = Number(process.argv[2] ?? 4000);
const ROUNDS = 5;
const MANY = 100_000;
/** The program that does nothing; it has a hook of IPv4. */
const IDLE = 'on_connect';
const FOUR = '127.0.0.11';
const ROOM = { vips: 131_072, services: 131_072, tiers: 131_072, groups: 131_072, affinities: 131_072 };

interface Cost {
  readonly ns: number;
  readonly runs: number;
}

/** Of one round, by program. */
async function measure(programs: readonly Program[], caller: Pod, to: Endpoint): Promise<Map<string, Cost>> {
  const count = Math.ceil(CONNECTIONS / ROUNDS);
  const before = programs.map(({ fd }) => programInfo(fd));
  const answers = await caller.calls(to, count);
  const failed = answers.filter((answer) => /^E[A-Z]+$/.test(answer)).length;
  if (failed > 0) throw new Error(`${failed} of ${count} connections failed`);
  return new Map(
    programs.map(({ fd, name }, i) => {
      const info = programInfo(fd);
      const runs = Number(info.runCount - (before[i]?.runCount ?? 0n)) / count;
      return [name, { ns: Number(info.runTimeNs - (before[i]?.runTimeNs ?? 0n)) / count, runs }];
    }),
  );
}

function print(what: string, rounds: readonly Map<string, Cost>[]): void {
  const totals = rounds.map((round) => [...round].reduce((sum, [name, { ns }]) => sum + (name === IDLE ? 0 : ns), 0));
  const best = rounds[totals.indexOf(Math.min(...totals))] ?? new Map<string, Cost>();
  const parts = [...best].filter(([, { runs }]) => runs > 0.01);
  const shown = parts.map(([name, { ns, runs }]) => `${name} ${ns.toFixed(0)} (${runs.toFixed(1)} runs)`);
  const median = totals.toSorted((a, b) => a - b)[Math.floor(totals.length / 2)] ?? 0;
  console.log(`${what}: best ${Math.min(...totals).toFixed(0)} ns, median ${median.toFixed(0)}; ${shown.join(', ')}`);
}

function serveMany(world: World, hooks: Hooks): void {
  const backends = [[{ backends: [{ at: FOUR }] }]];
  const { service } = world.serve('240.10.0.1', 81, 'tcp', backends);
  const entries = Array.from(
    { length: MANY },
    (_, i) => [{ addr: 0xffff_f00a_0100n + BigInt(i >> 1), port: 80 + (i & 1), proto: 17 }, service] as const,
  );
  tableOf(hooks, tables.vips).putAll(entries);
}

const four = { address: '240.10.200.1', port: 80 };
const six = { address: 'fd00:240::1', port: 80 };
const lines: Readonly<Record<string, Endpoint>> = {
  'IPv4, VIP': four,
  'IPv6, VIP': six,
  'IPv6 socket, mapped VIP': { ...four, address: `::ffff:${four.address}` },
  'IPv4, not ours': { address: FOUR, port: 80 },
  'IPv6, not ours': { address: SIX[0], port: 80 },
};

async function rounds(programs: readonly Program[], caller: Pod, label: string): Promise<void> {
  const measured = new Map<string, Map<string, Cost>[]>(Object.keys(lines).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, to] of Object.entries(lines)) measured.get(name)?.push(await measure(programs, caller, to));
  for (const [name, costs] of measured) print(`${name}, ${label}`, costs);
}

await using arena = new Arena();
const hooks = loadHooks({ objectDir: OBJECTS, pinDir: arena.pinDir, maxEntries: ROOM, vipRanges: VIP_RANGES });
const links = hooks.attach(arena.cgroup);
const idle = loadObject(compileFixtures('verdict')('verdict')).program(IDLE);
const idleLink = attachCgroup(idle, arena.cgroup);
const programs = [...hooks.programs, idle];
const [caller, servers] = await Promise.all([arena.caller(), arena.servers()]);
await Promise.all([FOUR, SIX[0]].map((address) => servers.serveTcp(address)));
const world = new World(hooks);
for (const [vip, at] of [
  [four, FOUR],
  [six, SIX[0]],
] as const)
  world.serve(vip.address, vip.port, 'tcp', [[{ backends: [{ at }] }]]);
using _stats = collectRunStats();
const started = systemClock.monotonic();
await rounds(programs, caller, '2 services');
serveMany(world, hooks);
await rounds(programs, caller, `${MANY.toLocaleString('en')} services`);
for (const link of [...links, idleLink]) link.close();
hooks.close();
console.log(`${((systemClock.monotonic() - started) / 1000).toFixed(0)} s`);
