/**
 * What the hooks cost a connection: the nanoseconds that the kernel counts for our programs (bpf_stats), over real sockets in a
 * namespace of its own. Needs root. Counting is in the numbers: a program that does nothing runs beside ours to say how much it is.
 *
 *   node bench/hooks.ts [connections] [--output json]      default 4,000 for each line
 */
import { parseArgs } from 'node:util';
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

const { values, positionals } = parseArgs({ allowPositionals: true, options: { output: { type: 'string' } } });
const CONNECTIONS = Number(positionals[0] ?? 4000);
const ROUNDS = 5;
const [FEW, MANY] = [2, 100_000];
/** Numbers of services; at those between, the first line only. */
const SERVICES = [FEW, 10, 100, 1_000, 10_000, MANY];
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

interface Line {
  readonly what: string;
  readonly services: number;
  readonly rounds: Map<string, Cost>[];
}

/** Of all programs of ours. */
function totals({ rounds }: Line): number[] {
  return rounds.map((round) => [...round].reduce((sum, [name, { ns }]) => sum + (name === IDLE ? 0 : ns), 0));
}

function print(line: Line): void {
  const sums = totals(line);
  const best = line.rounds[sums.indexOf(Math.min(...sums))] ?? new Map<string, Cost>();
  const parts = [...best].filter(([, { runs }]) => runs > 0.01);
  const shown = parts.map(([name, { ns, runs }]) => `${name} ${ns.toFixed(0)} (${runs.toFixed(1)} runs)`);
  const median = sums.toSorted((a, b) => a - b)[Math.floor(sums.length / 2)] ?? 0;
  const what = `${line.what}, ${line.services.toLocaleString('en')} services`;
  console.log(`${what}: best ${Math.min(...sums).toFixed(0)} ns, median ${median.toFixed(0)}; ${shown.join(', ')}`);
}

/** As `report/results.ts` describes it. */
function printJson(all: readonly Line[]): void {
  const idleNs = all.flatMap(({ rounds }) => rounds.flatMap((round) => round.get(IDLE)?.ns || []));
  console.log(
    JSON.stringify({
      lines: all.map((line) => ({ what: line.what, services: line.services, ns: totals(line) })),
      idleNs,
    }),
  );
}

/** More services, which nobody calls, or fewer again. */
class Crowd {
  readonly #table;
  readonly #service: number;
  #size = 0;

  constructor(world: World, hooks: Hooks) {
    this.#service = world.serve('240.10.0.1', 81, 'tcp', [[{ backends: [{ at: FOUR }] }]]).service;
    this.#table = tableOf(hooks, tables.vips);
  }

  resize(size: number): void {
    const [from, to] = [Math.min(size, this.#size), Math.max(size, this.#size)];
    const keys = Array.from({ length: to - from }, (_, i) => keyOf(from + i));
    if (size > this.#size) this.#table.putAll(keys.map((key) => [key, this.#service] as const));
    else this.#table.deleteAll(keys);
    this.#size = size;
  }
}

function keyOf(i: number) {
  return { addr: 0xffff_f00a_0100n + BigInt(i >> 1), port: 80 + (i & 1), proto: 17 };
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

const first = Object.keys(lines)[0];

/** Sizes and lines in turn, so that each round meets the same machine. */
async function measureAll(programs: readonly Program[], caller: Pod, crowd: Crowd): Promise<Line[]> {
  const all = SERVICES.flatMap((services) =>
    Object.keys(lines)
      .filter((what) => what === first || services === FEW || services === MANY)
      .map((what): Line => ({ what, services, rounds: [] })),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const line of all) {
      crowd.resize(line.services - FEW);
      line.rounds.push(await measure(programs, caller, lines[line.what] as Endpoint));
    }
  }
  return all;
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
const measured = await measureAll(programs, caller, new Crowd(world, hooks));
if (values.output === 'json') printJson(measured);
else for (const line of measured) print(line);
for (const link of [...links, idleLink]) link.close();
hooks.close();
console.error(`${((systemClock.monotonic() - started) / 1000).toFixed(0)} s`);
