/** A member cluster: its API server, its `member` processes, its nodes. */
import type { Node } from '#api/index.ts';
import { type Client, createClient, type RawRequest } from '#kube/index.ts';
import { runMember } from '#member/index.ts';
import { memoryConnection } from '../net/connection.ts';
import type { Network } from '../net/network.ts';
import { SimNode, type Tables } from './sim-node.ts';
import { SimProcess, type Skew } from './process.ts';
import type { SimServer } from './sim-server.ts';
import type { Host } from './host.ts';

export interface ClusterOptions {
  /** Unlike the member's name where two clusters go by one name. */
  readonly name: string;
  readonly member: string;
  /** Tells clusters apart in addresses. */
  readonly number: number;
  readonly nodes: number;
  readonly lanePorts: { readonly first: number; readonly last: number };
  readonly server: SimServer;
  readonly hub: SimServer;
  /** As a member of an earlier version says things. */
  readonly rewrite?: ((request: RawRequest) => RawRequest) | undefined;
}

export interface MemberProcess {
  readonly process: SimProcess;
  /** Ends it in good order. */
  readonly stop: () => void;
}

export class SimCluster {
  readonly options: ClusterOptions;
  readonly skew: Skew = { ms: 0 };
  readonly nodes: readonly SimNode[];
  /** By identity. */
  readonly members = new Map<string, MemberProcess>();
  takeover = false;
  readonly #host: Host;

  constructor(options: ClusterOptions, host: Host, onTables: (which: Tables) => void) {
    this.options = options;
    this.#host = host;
    const { name, number } = options;
    this.nodes = Array.from({ length: options.nodes }, (_, i) => {
      const gatewayAddress = `172.${numbered(18, number)}.${i + 2}`;
      return new SimNode({ cluster: options.member, name: `${name}-n${i + 1}`, gatewayAddress, onTables });
    });
  }

  get name(): string {
    return this.options.name;
  }

  get server(): SimServer {
    return this.options.server;
  }

  hubLink(): string {
    return `${this.name}-hub`;
  }

  /** @param identity of the `member` process; two of them are two candidates for the lead */
  startMember(identity: string): void {
    this.members.get(identity)?.process.kill();
    const { server, hub, member, lanePorts, rewrite } = this.options;
    const process = this.#host.process(`${this.name}/${identity}`, this.name, this.skew);
    const local = this.client(process, server, `${this.name}/${identity}-local`);
    const far = this.client(process, hub, this.hubLink(), rewrite);
    const stop = new AbortController();
    this.members.set(identity, { process, stop: () => stop.abort() });
    process.onDeath(() => stop.abort());
    void runMember({
      cluster: member,
      client: local,
      hub: far,
      identity,
      lanePorts,
      takeover: this.takeover,
      version: 'sim',
      clock: process.clock,
      log: this.#host.log(process),
      signal: stop.signal,
    });
  }

  killMember(identity: string): void {
    this.members.get(identity)?.process.kill();
  }

  startAgent(node: SimNode): void {
    node.kill();
    const process = this.#host.process(`${node.options.name}/agent`, this.name, this.skew);
    node.start(process, this.client(process, this.options.server, `${node.options.name}-local`));
  }

  client(
    process: SimProcess,
    server: SimServer,
    linkName: string,
    onSend?: (request: RawRequest) => RawRequest,
  ): Client {
    const network: Network = this.#host.network;
    const link = network.link(linkName);
    const connection = memoryConnection({ process, server, network, link, onSend });
    return createClient({ server: connection.server }, { clock: process.clock, connection });
  }

  /** What a kubelet would have said of its nodes. */
  nodeObjects(): Node[] {
    return this.nodes.map(({ options: { name } }, i) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'topology.kubernetes.io/zone': `z${i + 1}` } },
      spec: { podCIDR: `${numbered(10, this.options.number)}.${i}.0/24` },
    }));
  }
}

/** Two bytes of an address. @param number may be more than one has room for */
function numbered(first: number, number: number): string {
  return `${first + (number >> 8)}.${number & 255}`;
}
