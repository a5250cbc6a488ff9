/**
 * What a gateway's programs take for one packet of an established flow: the kernel runs each on a packet many times over
 * (PROG_TEST_RUN) and says how long that took, both families in turn, each in a process of its own. Needs root.
 * The flow's packets become what they are already, so that each run meets a known flow and rewrites and forwards the packet:
 * of the hops that it may still go, every run takes one. What the kernel does to send a packet is not in the numbers.
 *
 *   node bench/gateway.ts [rounds] [--output json]      default 15, each of 100,000 runs of each program
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { ip } from '#kit/index.ts';
import { tables } from '../src/kernel/generated/tables.ts';
import { loadObject } from '../src/kernel/load-object.ts';
import { tableOf } from '../src/kernel/table.ts';
import { progTestRun } from '../src/kernel/test-run.ts';
import { compileFixtures } from '../src/kernel/testing/test-fixtures.ts';
import { decode, encode, Flag, type Packet } from '../bpf/tests/gateway-packets.ts';
import { CALLER, createStand, type Device, FAMILY, LOCAL_POD, type Stand } from '../bpf/tests/gateway-stand.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { output: { type: 'string' } } });
const ROUNDS = Number(positionals[0] ?? 15);
/** A packet lives for 255 hops. */
const REPEAT = 250;
const CALLS = 400;
const TCP = 6;
const isFour = FAMILY === 'IPv4';

/** The mean of a round, by program. */
type Round = Readonly<Record<string, number>>;

const call: Packet = {
  proto: 'tcp',
  src: CALLER,
  sport: 20_000,
  dst: LOCAL_POD,
  dport: 10_001,
  flags: Flag.ACK,
  ttl: 255,
  payload: Buffer.alloc(64),
};
const answer: Packet = { ...call, src: LOCAL_POD, sport: 8080, dst: CALLER, dport: 20_000 };

/** The gateway is given the pod's address, which packets can be sent on to: its own they could not. */
async function prepare(): Promise<Stand> {
  const stand = await createStand();
  stand.reset([{ port: 10_001, pods: [{ address: LOCAL_POD }] }]);
  const own = { ipv4: isFour ? ip(LOCAL_POD) : 0n, ipv6: isFour ? 0n : ip(LOCAL_POD) };
  tableOf(stand.inbound, tables.gateway).put(0, { ...own, ifindex: stand.ifindex('wan0'), flags: 0 });
  const now = process.hrtime.bigint();
  for (const { src, sport, dst, dport } of [call, answer]) {
    const key = { src: ip(src), dst: ip(dst), sport, dport, proto: TCP };
    stand.flows().put(key, { to: key, seen: now, begun: now, lane: 0, slot: 0, sequence: 0, flags: 0, spareWord: 0n });
  }
  return stand;
}

const mean = (run: () => number): number => Array.from({ length: CALLS }, run).reduce((sum, ns) => sum + ns, 0) / CALLS;

function forwarded(stand: Stand, packet: Packet, device: Device): number {
  const { verdict, frame, durationNs } = stand.send(encode(packet), { device, repeat: REPEAT });
  const { ttl, dst, ipSum, l4Sum } = decode(frame);
  assert.deepEqual([verdict, ttl, dst, ipSum, l4Sum], ['redirect', 255 - REPEAT, packet.dst, 'right', 'right']);
  return durationNs;
}

/** One family: measures a round each time it is asked to. */
async function serve(): Promise<void> {
  const stand = await prepare();
  const { incoming, back } = stand.programs;
  const idle = loadObject(compileFixtures('verdict')('verdict')).program('on_packet');
  const frame = encode(call);
  const measure = (): Round => ({
    [incoming.name]: mean(() => forwarded(stand, call, 'wan0')),
    [back.name]: mean(() => forwarded(stand, answer, 'pods0')),
    'one lookup and no more': mean(() => progTestRun(idle, frame, { repeat: REPEAT }).durationNs),
  });
  process.on('message', () => {
    try {
      process.send?.(measure());
    } catch (error) {
      console.error(error);
      process.disconnect();
    }
  });
  process.once('disconnect', () => void stand.close());
  process.send?.('ready');
}

async function heard(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message', { signal: AbortSignal.timeout(30_000) })) as [unknown];
  return message;
}

async function start(family: string): Promise<ChildProcess> {
  const child = fork(import.meta.filename, { env: { ...process.env, GATEWAY_FAMILY: family } });
  await heard(child);
  return child;
}

async function ask(child: ChildProcess): Promise<Round> {
  child.send('round');
  return (await heard(child)) as Round;
}

function print(name: string, means: readonly number[]): void {
  const sorted = means.toSorted((a, b) => a - b);
  const [best = 0] = sorted;
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  console.log(`${name}: best ${best.toFixed(0)} ns, median ${median.toFixed(0)}`);
}

async function drive(): Promise<void> {
  const families = [await start('IPv4'), await start('IPv6')];
  const load = loadavg()[0] ?? 0;
  const means = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++)
    for (const child of families)
      for (const [name, ns] of Object.entries(await ask(child))) means.set(name, [...(means.get(name) ?? []), ns]);
  for (const child of families) child.disconnect();
  if (values.output === 'json') return console.log(JSON.stringify(Object.fromEntries(means)));
  for (const [name, of] of means) print(name, of);
  console.log(`${ROUNDS} rounds, load ${load.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after`);
}

await (process.send ? serve() : drive());
