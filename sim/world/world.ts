/** A hub and members in one process and in virtual time: the product's own processes over the product's own API servers. */
import { MEMBER_CLUSTERS, NAMESPACES, NODES } from '#api/index.ts';
import { runHub } from '#hub/index.ts';
import { type Clock, type Log, silentLog } from '#kit/index.ts';
import { type Client, createClient, type RawRequest } from '#kube/index.ts';
import type { KubeObject, ResourceType, StoreEvent } from '#objects/index.ts';
import { memoryConnection } from '../net/connection.ts';
import { Network } from '../net/network.ts';
import { type Random, seeded } from '../time/random.ts';
import { VirtualTime } from '../time/virtual-time.ts';
import type { Host } from './host.ts';
import { SimProcess, type Skew } from './process.ts';
import { SimCluster } from './sim-cluster.ts';
import { SimServer } from './sim-server.ts';
import { Trace } from './trace.ts';

export interface WorldOptions {
  readonly seed: string;
  readonly members: number;
  readonly nodes: number;
  /** `member` processes of each cluster; the second waits for the lead. */
  readonly replicas: number;
  readonly lanePorts: { readonly first: number; readonly last: number };
  /** Nothing is slow. */
  readonly calm?: boolean;
  /** How members of an earlier version say things, by member. */
  readonly earlier?: Readonly<Record<string, (request: RawRequest) => RawRequest>>;
  readonly log?: (process: SimProcess) => Log;
  readonly onLine?: (line: string) => void;
}

/** A change in the store of one server. */
export interface Changed extends StoreEvent {
  readonly server: SimServer;
}

export interface Sent {
  readonly server: SimServer;
  readonly process: SimProcess;
  readonly request: RawRequest;
}

export class World implements Host {
  readonly options: WorldOptions;
  readonly time = new VirtualTime();
  readonly random: Random;
  readonly network: Network;
  readonly trace: Trace;
  readonly hub: SimServer;
  readonly hubSkew: Skew = { ms: 0 };
  hubProcess: SimProcess | undefined;
  readonly clusters: SimCluster[];
  readonly onChange = new Set<(change: Changed) => void>();
  readonly onRequest = new Set<(sent: Sent) => void>();
  /** How often some table or lane has changed. */
  tableChanges = 0;
  laneChanges = 0;
  readonly #admin: SimProcess;
  readonly #admins = new Map<SimServer, Client>();

  constructor(options: WorldOptions) {
    this.options = options;
    this.random = seeded(options.seed);
    this.network = new Network(this.time, this.random.fork('network'), !options.calm);
    this.trace = new Trace(this.time, options.onLine);
    this.#admin = this.process('admin', 'admin', { ms: 0 });
    this.hub = this.#server('hub', 'hub', this.hubSkew);
    this.clusters = Array.from({ length: options.members }, (_, i) =>
      this.addCluster(memberName(i), memberName(i), i + 1),
    );
  }

  /** @param name unlike the member's where it is another cluster under the same name */
  addCluster(name: string, member: string, number: number): SimCluster {
    const skewed: { cluster?: SimCluster } = {};
    const skew = {
      get ms() {
        return skewed.cluster?.skew.ms ?? 0;
      },
    }; // prettier-ignore
    const server = this.#server(name, 'member', skew);
    const { nodes, lanePorts, earlier } = this.options;
    const options = { name, member, number, nodes, lanePorts, server, hub: this.hub, rewrite: earlier?.[name] };
    const cluster = new SimCluster(options, this, (which) => {
      this.tableChanges += 1;
      if (which === 'lanes') this.laneChanges += 1;
    });
    skewed.cluster = cluster;
    return cluster;
  }

  process(name: string, site: string, skew: Skew): SimProcess {
    return new SimProcess(name, site, this.time, this.random.fork(`process ${name} ${this.time.now}`), skew);
  }

  log(process: SimProcess): Log {
    return this.options.log?.(process) ?? silentLog;
  }

  get adminClock(): Clock {
    return this.#admin.clock;
  }

  cluster(name: string): SimCluster {
    const found = this.clusters.find((one) => one.name === name);
    if (!found) throw new Error(`no cluster ${name}`);
    return found;
  }

  server(name: string): SimServer {
    return name === 'hub' ? this.hub : this.cluster(name).server;
  }

  /** Whoever may do everything, without a network between. */
  admin(server: SimServer): Client {
    const known = this.#admins.get(server);
    if (known) return known;
    const link = this.network.link(`admin-${server.name}`);
    link.slow = 0;
    const connection = memoryConnection({ process: this.#admin, server, network: this.network, link });
    const client = createClient({ server: connection.server }, { clock: this.#admin.clock, connection });
    this.#admins.set(server, client);
    return client;
  }

  /** Servers, what an admin writes, then every process. */
  async start(): Promise<void> {
    this.hub.start();
    this.startHub();
    for (const cluster of this.clusters) {
      const spec = { region: 'eu', zone: cluster.name, group: 'default', transport: 'Plain' };
      await this.#make(this.hub, MEMBER_CLUSTERS, {
        ...NAMED('sealane.dev/v1alpha1', 'MemberCluster', cluster.name),
        spec,
      });
      await this.startCluster(cluster);
    }
  }

  async startCluster(cluster: SimCluster): Promise<void> {
    cluster.server.start();
    await this.#make(cluster.server, NAMESPACES, NAMED('v1', 'Namespace', 'sealane-system'));
    await this.#make(cluster.server, NAMESPACES, NAMED('v1', 'Namespace', 'demo'));
    for (const node of cluster.nodeObjects()) await this.#make(cluster.server, NODES, node);
    for (let i = 0; i < this.options.replicas; i++) cluster.startMember(`member-${i}`);
    for (const node of cluster.nodes) cluster.startAgent(node);
  }

  startHub(): void {
    this.hubProcess?.kill();
    const process = this.process('hub/hub', 'hub', this.hubSkew);
    this.hubProcess = process;
    const connection = memoryConnection({
      process,
      server: this.hub,
      network: this.network,
      link: this.network.link('hub-hub'),
    });
    const client = createClient({ server: connection.server }, { clock: process.clock, connection });
    const stop = new AbortController();
    process.onDeath(() => stop.abort());
    void runHub({ client, clock: process.clock, log: this.log(process), identity: 'hub', signal: stop.signal });
  }

  /** Kills everything: what still waited for something would keep this world in memory. */
  end(): void {
    this.hubProcess?.kill();
    for (const { members, nodes } of this.clusters) {
      for (const { process } of members.values()) process.kill();
      for (const node of nodes) node.kill();
    }
    for (const server of [this.hub, ...this.clusters.map((cluster) => cluster.server)]) server.crash();
  }

  #server(name: string, role: 'hub' | 'member', skew: Skew): SimServer {
    const server: SimServer = new SimServer({
      name,
      role,
      newProcess: () => this.process(`${name}/server`, name, skew),
      onChange: (event) => {
        this.trace.note(
          `${name} ${event.type} ${event.key.resource} ${event.key.namespace ?? ''}/${event.key.name} ${event.revision}`,
        );
        for (const listener of this.onChange) listener({ ...event, server });
      },
      onRequest: (process, request) => {
        for (const listener of this.onRequest) listener({ server, process, request });
      },
    });
    return server;
  }

  /** Through virtual time: whoever waits here must let it pass. */
  #make<T extends KubeObject>(server: SimServer, type: ResourceType, object: T): Promise<T> {
    return this.admin(server).create(type, object);
  }
}

const NAMED = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, metadata: { name } });

export function memberName(i: number): string {
  return i < 26 ? String.fromCharCode(97 + i) : `m${i}`;
}
