/**
 * A gateway in a namespace of its own whose programs are run on single packets: devices and routes are real, because the
 * programs ask the kernel for the way, but no packet is sent.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createNamespaces, deleteNamespaces, ipBatch, ipJson, namespacePath, run, setSysctls } from '#host/index.ts';
import {
  enterNamespace,
  type GatewayPrograms,
  LaneFlag,
  type LoadedObject,
  loadGateway,
  mappedTable,
  mountBpfFilesystem,
  packRange,
  progTestRun,
  Refusal,
  type TypedMap,
  tableOf,
  tables,
} from '#kernel/index.ts';
import { followRefusals } from '#kernel/testing/follow-refusals.ts';
import { type Family, ip, sleep, systemClock } from '#kit/index.ts';
import { HOST_MAC } from './gateway-packets.ts';

/** Which one the suites run over: `ipv6.root.test.ts` sets it. */
export const FAMILY: Family = process.env['GATEWAY_FAMILY'] === 'IPv6' ? 'IPv6' : 'IPv4';
const isFour = FAMILY === 'IPv4';
export const FORWARDING = isFour ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';

export const GATEWAY = isFour ? '172.30.77.11' : 'fd00:77::11';
export const CALLER = isFour ? '172.30.77.22' : 'fd00:77::22';
export const OTHER_CALLER = isFour ? '172.30.77.23' : 'fd00:77::23';
export const LOCAL_POD = isFour ? '10.244.1.5' : 'fd00:244:1::5';
export const REMOTE_POD = isFour ? '10.244.2.5' : 'fd00:244:2::5';
/** Source addresses that pods see, by the device they are reached by. */
export const POD_SIDE = isFour ? '10.244.1.1' : 'fd00:244:1::1';
export const LAN_SIDE = isFour ? '10.77.0.11' : 'fd00:10::11';
const PROTO = { tcp: 6, udp: 17 } as const;
/** The tables of flows, which each family has its own of. Their entries have the same fields. */
const NAT = (
  isFour
    ? { flows: tables.nat_flows, halfOpen: tables.nat_half_open, slots: tables.nat_slots }
    : { flows: tables.nat6_flows, halfOpen: tables.nat6_half_open, slots: tables.nat6_slots }
) as {
  readonly flows: typeof tables.nat_flows;
  readonly halfOpen: typeof tables.nat_half_open;
  readonly slots: typeof tables.nat_slots;
};
const repository = join(import.meta.dirname, '../..');

export interface LaneSpec {
  readonly port: number;
  readonly proto?: 'tcp' | 'udp';
  readonly mss?: number;
  readonly keepsCallers?: boolean;
  readonly pods: readonly PodSpec[];
}

export interface PodSpec {
  readonly address: string;
  readonly port?: number;
  readonly is?: 'ready' | 'last resort' | 'gone';
}

/** Another pod of this node, by a number of at most 200. */
export const localPod = (n: number): string => (isFour ? `10.244.1.${n + 10}` : `fd00:244:1::${n + 10}`);

export type Verdict = 'pass' | 'drop' | 'redirect';

export interface Outcome {
  readonly verdict: Verdict;
  readonly frame: Buffer;
  readonly durationNs: number;
}

export type Device = 'wan0' | 'pods0' | 'lan0';

export interface RunOptions {
  readonly device?: Device;
  /** The program for probes, which sits on the lanes' device too. */
  readonly echo?: boolean;
  readonly repeat?: number;
}

type RefusalName = keyof typeof Refusal;

const POD_FLAGS = { ready: 1, 'last resort': 2, gone: 0 } as const;

export interface StandOptions {
  readonly rodata?: Readonly<Record<string, number | bigint>>;
  /** Flows in the table; default 128: every reset empties it. */
  readonly capacity?: number;
  readonly flags?: number;
}

export async function createStand(options: StandOptions = {}): Promise<Stand> {
  const name = `slt-${process.pid}-${counter++}`;
  await untilOldEnough();
  await buildPrograms();
  await createNamespaces([name]);
  try {
    return await prepare(name, options);
  } catch (error) {
    await deleteNamespaces([name]);
    throw error;
  }
}

async function prepare(name: string, options: StandOptions): Promise<Stand> {
  await ipBatch(links, { namespace: name });
  await setSysctls({ [FORWARDING]: '1' }, { namespace: name });
  const devices = await ipJson<{ ifname: string; ifindex: number }>(['link', 'show'], { namespace: name });
  return new Stand(name, new Map(devices.map(({ ifname, ifindex }) => [ifname, ifindex])), options);
}

/** Flows are made to look up to 60 s older than they are: the kernel's clock, which began with the machine, must be further by then. */
const OLD_ENOUGH_NS = 70_000_000_000n;

/** Waits on an emulated machine only, which runs the tests as soon as it is up. */
async function untilOldEnough(): Promise<void> {
  while (process.hrtime.bigint() < OLD_ENOUGH_NS) await sleep(systemClock, 1000);
}

/** Compiles what changed since the last time, once for all suites of a process: where processes are slow that takes seconds. */
export async function buildPrograms(): Promise<void> {
  built ??= run('sh', [join(repository, 'tools/build-bpf.sh')]);
  await built;
}

let built: Promise<unknown> | undefined;
let counter = 0;

const links = [
  `link add wan0 address ${HOST_MAC} type veth peer name wan-end`,
  `link add pods0 address ${HOST_MAC} type veth peer name pods-end`,
  `link add lan0 address ${HOST_MAC} mtu 1400 type veth peer name lan-end`,
  ...Object.entries({ wan0: GATEWAY, pods0: POD_SIDE, lan0: LAN_SIDE }).map(([device, address]) =>
    isFour ? `addr add ${address}/24 dev ${device}` : `addr add ${address}/64 dev ${device} nodad`,
  ),
  ...['wan0', 'wan-end', 'pods0', 'pods-end', 'lan0', 'lan-end'].map((device) => `link set ${device} up`),
  ...(isFour
    ? ['route add 10.244.2.0/24 via 10.77.0.12', 'route add 10.244.66.0/24 via 172.30.77.66']
    : ['route add fd00:244:2::/64 via fd00:10::12', 'route add fd00:244:66::/64 via fd00:77::66']),
];

export class Stand {
  readonly namespace: string;
  readonly programs: GatewayPrograms;
  readonly #devices: ReadonlyMap<string, number>;
  readonly #pins: string;
  readonly #options: StandOptions;
  readonly #noteRefusals: () => void;

  constructor(namespace: string, devices: ReadonlyMap<string, number>, options: StandOptions) {
    this.#options = options;
    const capacity = options.capacity ?? 128;
    const loading = {
      pinDir: `/sys/fs/bpf/${namespace}`,
      rodata: { nat_capacity: capacity, ...options.rodata },
      maxEntries: { [NAT.slots.name]: capacity, [NAT.flows.name]: 2 * capacity, [NAT.halfOpen.name]: 4096 },
    };
    this.namespace = namespace;
    this.#devices = devices;
    this.#pins = loading.pinDir;
    mkdirSync('/sys/fs/bpf', { recursive: true });
    mountBpfFilesystem();
    this.programs = loadGateway(FAMILY, join(repository, 'dist/bpf'), loading);
    this.#noteRefusals = followRefusals(this.inbound.map('refusals'));
    this.configure(options.flags ?? 0);
  }

  get inbound(): LoadedObject {
    return this.programs.object;
  }

  configure(flags: number): void {
    const own = { ipv4: isFour ? ip(GATEWAY) : 0n, ipv6: isFour ? 0n : ip(GATEWAY) };
    tableOf(this.inbound, tables.gateway).put(0, { ...own, ifindex: this.ifindex('wan0'), flags });
    const sources = tableOf(this.inbound, tables.snat_addrs);
    const source = (device: Device, address: string) =>
      sources.put({ ifindex: this.ifindex(device), family: isFour ? 2 : 10 }, { addr: ip(address) });
    source('pods0', POD_SIDE);
    source('lan0', LAN_SIDE);
  }

  /** The same gateway as a new process finds it: programs loaded again on what is pinned. */
  restarted(): Stand {
    this.programs.close();
    return new Stand(this.namespace, this.#devices, this.#options);
  }

  ifindex(device: Device): number {
    return this.#devices.get(device) ?? 0;
  }

  /** Forgets every flow and lane, and writes these lanes. */
  reset(lanes: readonly LaneSpec[] = []): void {
    this.clear(NAT.flows.name);
    this.clear(NAT.halfOpen.name);
    this.clear(tables.lane_ports.name);
    const slots = tableOf(this.inbound, NAT.slots);
    for (const [slot] of slots.entries()) slots.put(slot, { src: 0n, dst: 0n, sport: 0, dport: 0, proto: 0 });
    this.writeLanes(lanes);
  }

  clear(table: string): void {
    const map = this.inbound.map(table);
    map.deleteAll([...map.entries()].map(([key]) => key));
  }

  /** As an agent does: pods, then their ranges, then the ports that lead there. */
  writeLanes(lanes: readonly LaneSpec[]): void {
    const pods = mappedTable(this.inbound.map('lane_pods'), tables.lane_pods);
    const ranges = tableOf(this.inbound, tables.lanes);
    let first = 0;
    for (const [lane, spec] of lanes.entries()) {
      for (const [i, pod] of spec.pods.entries()) {
        const flags = POD_FLAGS[pod.is ?? 'ready'];
        pods.set(first + i, { addr: ip(pod.address), port: pod.port ?? 8080, flags });
      }
      ranges.put(lane, packRange({ first, count: spec.pods.length }));
      tableOf(this.inbound, tables.lane_mss).put(lane, spec.mss ?? 0);
      tableOf(this.inbound, tables.lane_flags).put(lane, spec.keepsCallers ? LaneFlag.KeepsCallers : 0);
      const key = { addr: ip(GATEWAY), port: spec.port, proto: PROTO[spec.proto ?? 'tcp'] };
      tableOf(this.inbound, tables.lane_ports).put(key, lane);
      first += spec.pods.length;
    }
  }

  /** Runs the program that sits on a device on a packet coming in by it. */
  send(frame: Buffer, { device = 'wan0', repeat = 1, echo = false }: RunOptions = {}): Outcome {
    const { incoming, back } = this.programs;
    const program = echo ? this.programs.echo : device === 'wan0' ? incoming : back;
    const ctx = context(this.ifindex(device));
    const { retval, packet, durationNs } = enterNamespace(namespacePath(this.namespace), () =>
      progTestRun(program, frame, { ctx, repeat }),
    );
    return { verdict: verdictOf(retval), frame: packet, durationNs };
  }

  /** What `act` had counted, by reason. */
  refusedBy<T>(act: () => T): { result: T; refused: Partial<Record<RefusalName, number>> } {
    const before = this.#refusals();
    const result = act();
    const after = this.#refusals();
    const moved = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
    return { result, refused: Object.fromEntries(moved.filter(([, count]) => count > 0)) };
  }

  flows(): TypedMap<FlowKeyOf, FlowOf> {
    return tableOf(this.inbound, NAT.flows);
  }

  halfOpen(): TypedMap<FlowKeyOf, FlowOf> {
    return tableOf(this.inbound, NAT.halfOpen);
  }

  /** Makes every flow look as if it had been idle for so long. */
  age(seconds: number): void {
    for (const table of [this.flows(), this.halfOpen()]) {
      const entries = [...table.entries()]; // a written entry would come up again
      for (const [key, flow] of entries) {
        const by = BigInt(seconds) * 1_000_000_000n;
        table.put(key, { ...flow, seen: flow.seen - by, begun: flow.begun - by });
      }
    }
  }

  async close(): Promise<void> {
    this.#noteRefusals();
    this.programs.close();
    await run('rm', ['-rf', this.#pins]);
    await deleteNamespaces([this.namespace]);
  }

  #refusals(): Map<RefusalName, number> {
    const map = this.inbound.map('refusals');
    return new Map((Object.keys(Refusal) as RefusalName[]).map((name) => [name, Number(map.counter(Refusal[name]))]));
  }
}

type FlowKeyOf = Parameters<typeof tables.nat_flows.key.encode>[0];
type FlowOf = Parameters<typeof tables.nat_flows.value.encode>[0];

/** struct __sk_buff: of what a test may set, the device. */
function context(ifindex: number): Buffer {
  const ctx = Buffer.alloc(192);
  ctx.writeUInt32LE(ifindex, 40);
  return ctx;
}

function verdictOf(retval: number): Verdict {
  const verdicts: Readonly<Record<number, Verdict>> = { 0xffffffff: 'pass', 2: 'drop', 7: 'redirect' };
  const verdict = verdicts[retval];
  if (!verdict) throw new RangeError(`verdict ${retval}`);
  return verdict;
}
