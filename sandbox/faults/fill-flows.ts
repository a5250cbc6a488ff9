/** Makes a gateway's table of flows look as full as one wants: flows that live, between addresses that nobody has. */
import { existsSync, rmSync } from 'node:fs';
import { DEFAULT_SNAT_PORTS } from '#api/index.ts';
import { ip, SealaneError } from '#kit/index.ts';
import { openTable, tables } from '#kernel/index.ts';
import { readTopologyState, statePaths, writeState } from '#sandbox/supervise/index.ts';
import { pinFolder } from '#sandbox/topology/index.ts';

type FlowKey = Parameters<typeof tables.nat_flows.key.encode>[0];
type Flow = Parameters<typeof tables.nat_flows.value.encode>[0];

/** RFC 2544: a /15. */
const NOBODY = ip('198.18.0.0');
const NOBODIES = 1n << 17n;
const ELSEWHERE = ip('198.51.100.1');
const { first, last } = DEFAULT_SNAT_PORTS;
const PORTS = last - first + 1;
const TCP = 6;
const NO_FLOW: FlowKey = { src: 0n, dst: 0n, sport: 0, dport: 0, proto: 0 };

/**
 * @param target `CLUSTER/NODE`, a gateway
 * @param percent of its flows that are taken then
 * @returns how many flows were added
 * @throws `sandbox/no-such-target`, `kernel/pinned-map`
 */
export function fillFlows(sandbox: string, target: string, percent: number): number {
  using table = open(sandbox, target);
  const { flows, slots } = table;
  const free = [...slots.all()].flatMap(([slot, { proto }]) => (proto === 0 ? [slot] : []));
  const taken = slots.raw.info.maxEntries - free.length;
  const wanted = Math.max(0, Math.floor((slots.raw.info.maxEntries * percent) / 100) - taken);
  const now = process.hrtime.bigint();
  const filled = free.slice(0, wanted).map((slot): [number, FlowKey] => [slot, keyOf(slot)]);
  flows.putAll(filled.flatMap(([slot, key]) => entriesOf(slot, key, now)));
  slots.putAll(filled);
  writeState(noteOf(sandbox, target), `${percent}\n`);
  return filled.length;
}

/** @param within a gateway, its cluster, or `all`. @returns gateways whose tables were filled and are as before */
export function emptyFilled(sandbox: string, within: string): string[] {
  const filled = readTopologyState(sandbox)
    .clusters.flatMap(({ name, nodes }) => nodes.map((node) => `${name}/${node.name}`))
    .filter((target) => within === 'all' || target === within || target.startsWith(`${within}/`))
    .filter((target) => existsSync(noteOf(sandbox, target)));
  for (const target of filled) empty(sandbox, target);
  return filled;
}

function empty(sandbox: string, target: string): void {
  using table = open(sandbox, target);
  const { flows, slots } = table;
  const ours = [...slots.all()].filter(([, { src }]) => src >= NOBODY && src < NOBODY + NOBODIES);
  slots.putAll(ours.map(([slot]) => [slot, NO_FLOW]));
  flows.deleteAll(ours.flatMap(([, key]) => [answersTo(key), key]));
  rmSync(noteOf(sandbox, target));
}

function open(sandbox: string, target: string) {
  const [cluster = '', node = '', ...more] = target.split('/');
  const known = readTopologyState(sandbox).clusters.find(({ name }) => name === cluster);
  const gateway = known?.nodes.find(({ name, gateway: is }) => name === node && is);
  if (!gateway || more.length > 0)
    throw new SealaneError('sandbox/no-such-target', `fill the table of "${target}": no such gateway`, {
      hint: 'wanted is CLUSTER/NODE, a node that is a gateway',
    });
  const pins = pinFolder(sandbox, cluster, node);
  const flows = openTable(pins, tables.nat_flows, 'write');
  const slots = openTable(pins, tables.nat_slots, 'write');
  return {
    flows,
    slots,
    [Symbol.dispose]() {
      flows.raw.close();
      slots.raw.close();
    },
  };
}

/** One port of translated sources each, of as many addresses as that takes. */
function keyOf(slot: number): FlowKey {
  const src = NOBODY + BigInt(Math.floor(slot / PORTS));
  return { src, dst: ELSEWHERE, sport: first + (slot % PORTS), dport: 1, proto: TCP };
}

/** Both directions, as the gateway's programs write them. */
function entriesOf(slot: number, key: FlowKey, now: bigint): [FlowKey, Flow][] {
  const answers = answersTo(key);
  const common = { seen: now, begun: now, lane: 0, slot, sequence: 0, flags: 0, spareWord: 0n };
  return [
    [answers, { ...common, to: turned(key) }],
    [key, { ...common, to: turned(answers) }],
  ];
}

/** Of the other direction. */
function answersTo({ src, sport }: FlowKey): FlowKey {
  return { src: ELSEWHERE, dst: src, sport: 1, dport: sport, proto: TCP };
}

function turned({ src, dst, sport, dport, proto }: FlowKey): FlowKey {
  return { src: dst, dst: src, sport: dport, dport: sport, proto };
}

function noteOf(sandbox: string, target: string): string {
  return `${statePaths(sandbox).root}/filled/${target.replace('/', '.')}`;
}
