/** Events of this node, for a person: clusters that it does not reach, tables that fill up. */
import { MEMBER_CLUSTERS } from '#api/index.ts';
import { every, type SealaneError } from '#kit/index.ts';
import { mappedTable, tableOf, tables, type Hooks } from '#kernel/index.ts';
import type { Subject, Teller } from '#kube/index.ts';
import type { ClusterIndex } from '../apply/cluster-index.ts';
import type { AgentOptions } from '../options.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import type { ConnectDuty } from './connect.ts';
import { fullTables } from './full-tables.ts';
import { whenFull } from './when-full.ts';
import { type LostClusters, lostClusters } from './lost-clusters.ts';

const LOOK_MS = 2_000;
const TABLES_MS = 60_000;

/** A Node's Events are found by its name. */
function nodeSubject(name: string): Subject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name } };
}

/** This process is about to end. Behind its first line the message has what the verifier said. */
export async function tellOfFailure(teller: Teller, node: string, { code, message }: SealaneError): Promise<void> {
  const [first, ...more] = message.split('\n');
  const text = `${code}: ${first}${more.length > 0 ? ' (sealane bpf on the node has all that it said)' : ''}`;
  teller.tell(nodeSubject(node), { type: 'Warning', reason: 'ProgramsNotLoaded', message: text });
  await teller.idle();
}

export function tellOfSuccess(teller: Teller, node: string): void {
  const message = 'the programs of this node are loaded and attached again';
  teller.tell(nodeSubject(node), { type: 'Normal', reason: 'ProgramsLoaded', message });
}

/** @param problem why gateways of other members are not probed from here; undefined when they are again */
export function tellOfProbing(teller: Teller, node: string, problem: string | undefined): void {
  const happening =
    problem === undefined
      ? ({ type: 'Normal', reason: 'PeersProbed', message: 'gateways of other members are probed again' } as const)
      : ({ type: 'Warning', reason: 'PeersNotProbed', message: problem } as const);
  teller.tell(nodeSubject(node), happening);
}

interface Seen {
  readonly options: Pick<AgentOptions, 'cluster' | 'nodeName' | 'clock' | 'log'>;
  readonly teller: Teller;
  readonly view: Pick<ClusterView, 'members'>;
}

/** @returns stop */
export function tellOfClusters(seen: Seen, hooks: Hooks, connect: ConnectDuty, clusters: ClusterIndex): () => void {
  const { cluster, clock, log } = seen.options;
  const health = tableOf(hooks, tables.health);
  const flags = mappedTable(hooks.map(tables.clusters.name), tables.clusters, 'read');
  const flagsOf = (name: string) => flags.get(clusters.numberOf(name));
  let before: LostClusters = new Map();
  return every(clock, LOOK_MS, () => {
    try {
      const ejections = [...health.all()].map(([{ group }, { until }]) => ({ group, until }));
      // Nearly always all is well, and ten thousand services need not be walked over to know it.
      const isQuiet = ejections.length === 0 && !clusters.names().some(flagsOf);
      const placed = isQuiet ? [] : connect.placed();
      const lost = lostClusters(cluster, ejections, placed, flagsOf, process.hrtime.bigint());
      tellChanges(seen, before, lost);
      before = lost;
    } catch (error) {
      log.debug({ err: error }, 'ejections not read, tried again');
    }
  });
}

/** Said of the MemberCluster, from this node. */
export function tellChanges({ options, teller, view }: Seen, before: LostClusters, lost: LostClusters): void {
  const tell = (name: string, type: 'Normal' | 'Warning', reason: string, message: string) => {
    const member = view.members.get(name);
    if (!member) return;
    const { group, version, kind } = MEMBER_CLUSTERS;
    const subject = { apiVersion: `${group}/${version}`, kind, metadata: member.metadata };
    teller.tell(subject, { type, reason, message: `node ${options.nodeName}: ${message}` });
  };
  for (const [name, why] of lost) if (!before.has(name)) tell(name, 'Warning', 'ClusterUnreachable', why);
  for (const [name] of before)
    if (!lost.has(name)) tell(name, 'Normal', 'ClusterBack', 'connections are given to it again');
}

interface Tables {
  readonly pinDir: string;
  /** As `fullTables` takes them. */
  readonly use: () => Parameters<typeof fullTables>[1];
  readonly flows: Parameters<typeof fullTables>[2];
  /** Gets the share in use of each table that is too full. */
  readonly onChange: (full: Readonly<Record<string, number>>) => void;
}

/** Looks at once, and every minute. @returns stop */
export function tellOfTables({ options, teller }: Omit<Seen, 'view'>, { pinDir, use, flows, onChange }: Tables) {
  const { nodeName, clock, log } = options;
  const node = nodeSubject(nodeName);
  let before: Readonly<Record<string, number>> = {};
  const look = async () => {
    const full = await fullTables(pinDir, use(), flows, clock).catch((error: unknown) => {
      log.debug({ err: error }, 'tables not read, tried again');
      return before;
    });
    for (const [map, share] of Object.entries(full)) if (!(map in before)) teller.tell(node, fillsUp(map, share));
    for (const map of Object.keys(before)) if (!(map in full)) teller.tell(node, hasRoom(map));
    if (JSON.stringify(full) !== JSON.stringify(before)) onChange(full);
    before = full;
  };
  void look();
  return every(clock, TABLES_MS, look);
}

function fillsUp(map: string, share: number) {
  const message = `kernel table ${map} is ${Math.round(share * 100)} % full; ${whenFull(map)}`;
  return { type: 'Warning', reason: 'TableFillsUp', message } as const;
}

function hasRoom(map: string) {
  return { type: 'Normal', reason: 'TableHasRoom', message: `kernel table ${map} has room again` } as const;
}
