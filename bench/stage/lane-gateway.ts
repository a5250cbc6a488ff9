/** A gateway of sealane in a namespace: its programs, and one lane that leads to all pods. */
import {
  attachTc,
  deviceIndex,
  enterNamespace,
  type LoadedObject,
  loadGateway,
  loadObject,
  mappedTable,
  packRange,
  type Program,
  programInfo,
  Refusal,
  replaceLinkProgram,
  tableOf,
  tables,
} from '#kernel/index.ts';
import { namespacePath } from '#host/index.ts';
import { ip } from '#kit/index.ts';
import { compileFixtures } from '#kernel/testing/test-fixtures.ts';
import { OBJECTS } from '#kernel/testing/test-arena.ts';
import { LANE_PORT, POD_PORT, type Wire } from './wires.ts';

const TCP = 6;
const AF_INET = 2;
const READY = 1;
/** TC_ACT_SHOT */
const DROP = 2;

export interface LaneGateway {
  readonly programs: readonly Program[];
  /** Drops everything that comes in, from callers and from pods, as a machine without power does; or forwards again. */
  setDead(dead: boolean): void;
  /** Packets not forwarded, by reason. */
  refusals(): Readonly<Record<string, number>>;
  close(): void;
}

export function startLaneGateway(wire: Wire, pinDir: string): LaneGateway {
  const gateway = loadGateway('IPv4', OBJECTS, { pinDir });
  const indexOf = (device: string) => enterNamespace(namespacePath(wire.namespace), () => deviceIndex(device));
  fill(gateway.object, wire, { wan: indexOf('wan0'), pods: indexOf('pods0') });
  const silence = loadObject(compileFixtures('verdict')('verdict'), { rodata: { verdict: DROP } });
  const sides = [
    { pin: `${pinDir}/links/in`, device: 'wan0', program: gateway.incoming },
    { pin: `${pinDir}/links/back`, device: 'pods0', program: gateway.back },
  ];
  const links = sides.map(({ pin, device, program }) =>
    enterNamespace(namespacePath(wire.namespace), () => attachTc(program, device, 'ingress', { pin })),
  );
  return {
    programs: sides.map(({ program }) => program),
    setDead(dead) {
      const drop = silence.program('on_packet');
      for (const { pin, program } of sides) {
        const [next, expected] = dead ? [drop, program] : [program, drop];
        replaceLinkProgram(pin, next.fd, expected.fd);
      }
    },
    refusals: () => counted(gateway.object),
    close() {
      for (const link of links) link.detach();
      silence.close();
      gateway.close();
    },
  };
}

function fill(object: LoadedObject, wire: Wire, ifindex: { readonly wan: number; readonly pods: number }): void {
  const pods = mappedTable(object.map('lane_pods'), tables.lane_pods);
  for (const [i, address] of wire.pods.entries()) pods.set(i, { addr: ip(address), port: POD_PORT, flags: READY });
  tableOf(object, tables.lanes).put(0, packRange({ first: 0, count: wire.pods.length }));
  tableOf(object, tables.snat_addrs).put({ ifindex: ifindex.pods, family: AF_INET }, { addr: ip(wire.back) });
  tableOf(object, tables.lane_ports).put({ addr: ip(wire.front), port: LANE_PORT, proto: TCP }, 0);
  tableOf(object, tables.gateway).put(0, { ipv4: ip(wire.front), ipv6: 0n, ifindex: ifindex.wan, flags: 0 });
}

function counted(object: LoadedObject): Record<string, number> {
  const counters = object.map('refusals');
  const all = Object.entries(Refusal).map(([name, reason]) => [name, Number(counters.counter(reason))] as const);
  return Object.fromEntries(all.filter(([, count]) => count > 0));
}

/** Runs and nanoseconds of programs so far, while `collectRunStats` counts. */
export function runsOf(programs: readonly { readonly fd: number }[]): { runs: number; ns: number } {
  const infos = programs.map(({ fd }) => programInfo(fd));
  const sum = (of: (info: (typeof infos)[number]) => bigint) => Number(infos.reduce((all, info) => all + of(info), 0n));
  return { runs: sum(({ runCount }) => runCount), ns: sum(({ runTimeNs }) => runTimeNs) };
}
