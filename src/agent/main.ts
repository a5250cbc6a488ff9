/**
 * The agent of one node: loads the programs, follows the local API server, keeps the kernel's tables equal to what plan says.
 * What it leaves pinned goes on without it; started again it adopts what it finds.
 */
import { mkdirSync } from 'node:fs';
import { FIELD_MANAGER, type Lease, LEASES } from '#api/index.ts';
import { cidr, type Queue, SealaneError } from '#kit/index.ts';
import { startTimeOf } from '#host/index.ts';
import { giveBackFreed, type Hooks, loadHooksInTurns, loadRescue, makePinDir, type Rescue } from '#kernel/index.ts';
import { type Client, createClient, createTeller, readKubeconfig, reflect, type Teller } from '#kube/index.ts';
import { watchMetrics } from '#observe/index.ts';
import type { DnsSnapshot } from '#plan/index.ts';
import { ClusterFlags } from './apply/cluster-flags.ts';
import { ClusterIndex } from './apply/cluster-index.ts';
import { ConnectTables } from './apply/connect-tables.ts';
import { clusterTable, connectMaps } from './apply/kernel-maps.ts';
import { DrainDuty } from './drain/drain-duty.ts';
import { kernelSockets } from './drain/kernel-sockets.ts';
import type { OpenConnection, Sockets } from './drain/model.ts';
import { readDrains } from './drain/read-drains.ts';
import { keepDownClusters, leaveOutGateways } from './duties/apply-verdicts.ts';
import { ConnectDuty } from './duties/connect.ts';
import { ConnectionEnds } from './duties/end-connections.ts';
import { dnsServices } from './duties/dns-service.ts';
import { DNS_OWNER, EVERYTHING, followView } from './duties/follow-view.ts';
import { type GatewayDuty, startGateway } from './duties/gateway.ts';
import { type AgentLease, keepLease, type LeaseContent } from './duties/lease.ts';
import { notingFailure } from './duties/load-failure.ts';
import { GATEWAY_LEASES, PeerVerdicts } from './duties/peer-verdicts.ts';
import { endProbing, proberFiles, requireProbePort, startProbing } from './duties/prober.ts';
import { register } from './duties/register.ts';
import { RescueDuty } from './duties/rescue.ts';
import { rescueSources } from './duties/rescue-sources.ts';
import { tellOfClusters, tellOfFailure, tellOfProbing, tellOfSuccess, tellOfTables } from './duties/tell.ts';
import { keepResolver } from './duties/resolver.ts';
import { ServiceConditions } from './duties/service-condition.ts';
import { namesFile } from './events/names-file.ts';
import { JsonFile } from './json-file.ts';
import { agentMetrics } from './metrics/agent-metrics.ts';
import { internalAddress, resolverAddresses } from './node-addresses.ts';
import type { AgentOptions } from './options.ts';
import { agreedVerdicts } from './prober/files.ts';
import { type ClusterView, watchCluster } from './watch/cluster-view.ts';
import { policyOf } from './watch/inputs.ts';

export interface RunningAgent {
  /** Stops following; programs, tables and the resolver stay. */
  stop(): void;
}

/** @throws `agent/...`, `kernel/...`, `kube/...` when it cannot start; afterwards it retries by itself */
export async function runAgent(options: AgentOptions): Promise<RunningAgent> {
  const { log, clock, stateDir, nodeName } = options;
  mkdirSync(stateDir, { recursive: true, mode: 0o750 });
  const stops = new DisposableStack();
  const client = stops.adopt(createClient(readKubeconfig(options.kubeconfig), { clock }), (one) => one.close());
  const resolvers = await resolverAddresses(options);
  registerAgent(options, resolvers);
  const teller = createTeller({ client, component: FIELD_MANAGER.agent, instance: nodeName, clock, log });
  const noting = {
    stateDir,
    clock,
    tell: (failure: SealaneError) => tellOfFailure(teller, nodeName, failure),
    tellOver: () => tellOfSuccess(teller, nodeName),
  };
  return notingFailure(noting, () => start(options, { client, teller, resolvers, stops }));
}

interface Begun {
  readonly client: Client;
  readonly teller: Teller;
  readonly resolvers: readonly string[];
  readonly stops: DisposableStack;
}

async function start(options: AgentOptions, { client, teller, resolvers, stops }: Begun): Promise<RunningAgent> {
  const { log, clock, stateDir, pinDir, cluster, nodeName, metrics } = options;
  makePinDir(pinDir);
  const { hooks, sockets, gateway } = await loadPrograms(options, client);
  const view = stops.adopt(watchCluster(client, { clock, log }, nodeName), (one) => one.stop());
  for (const [type, cache] of view.caches) watchMetrics(metrics, 'cluster', type, cache);
  const peers = peerVerdicts(options, { client, teller, stops }, gateway !== undefined);
  if (hooks) stops.defer(startResolver(options, resolvers));

  const said: Said = { applied: {}, full: {}, drains: undefined, inStep: false };
  const lease = stops.adopt(keepLease(client, leaseContent(options, said, peers), clock, log), (one) => one.stop());
  tellWhenChanged(peers, lease);
  const stopping = new AbortController();
  stops.defer(() => stopping.abort());
  await view.whenSynced(stopping.signal);
  const clusters = new ClusterIndex(`${stateDir}/clusters.json`, cluster);
  metrics.gauge('sealane_agent_in_step', {}, () => 0);
  const connect = await connectDuty(options, { hooks, clusters, view, resolvers, peers });
  const drains = drainDuty(options, { sockets, connect, clusters, view, lease });
  said.drains = stops.adopt(drains, (one) => one.stop());
  let queue: Queue | undefined;
  if (connect) leaveOutGateways(peers, connect, () => queue?.add(EVERYTHING));
  queue = await followView({
    view,
    connect,
    gateway,
    lease,
    drains,
    applied: said.applied,
    snapshot: new JsonFile<DnsSnapshot>(snapshotPath(options)),
    names: namesFile(stateDir),
    conditions: options.serviceProxy ? new ServiceConditions(client, clock) : undefined,
    clock,
    log,
    metrics,
  });
  stops.adopt(queue, (one) => one.stop());

  hooks?.attach(options.cgroup);
  await gateway?.attach();
  if (gateway) {
    stops.adopt(gateway, (one) => one.stop());
    stops.defer(startProbing(probing(options), view.members));
  } else await endProbing(options);
  if (hooks && sockets && connect) {
    const sources = rescueSources({ view, clusters, hooks, sockets, self: cluster, metrics, clock, log });
    stops.adopt(new RescueDuty(sources), (one) => one.stop());
    stops.defer(tellOfClusters({ options, teller, view }, hooks, connect, clusters));
  }
  said.inStep = true;
  agentMetrics(options, { hooks, connect, gateway });
  const use = () => ({ ...connect?.use(), ...gateway?.use() });
  const noteFull = (full: Said['full']) => {
    said.full = full;
    lease.touch();
  };
  const flows = async () => (await gateway?.snat())?.entries ?? {};
  stops.defer(tellOfTables({ options, teller }, { pinDir, use, flows, onChange: noteFull }));
  lease.touch();
  log.info({ services: view.serviceNames().size }, 'agent is in step');
  giveBackFreed();
  return { stop: () => stops.dispose() };
}

/** What changes of what the Lease says. */
interface Said {
  readonly applied: Record<string, number>;
  full: Readonly<Record<string, number>>;
  drains: DrainDuty<OpenConnection> | undefined;
  inStep: boolean;
}

function leaseContent(options: AgentOptions, said: Said, peers: PeerVerdicts): LeaseContent {
  return {
    node: options.nodeName,
    version: options.version,
    gateway: publishedGateway(options),
    applied: () => said.applied,
    fullTables: () => said.full,
    verdicts: () => peers.own,
    drains: () => said.drains?.said() ?? {},
    ready: () => said.inStep,
  };
}

function tellWhenChanged(peers: PeerVerdicts, lease: AgentLease): void {
  let said = peers.own;
  peers.onChange(() => {
    if (said !== peers.own) lease.touch();
    said = peers.own;
  });
}

function registerAgent(options: AgentOptions, resolvers: readonly string[]): void {
  const { cluster, nodeName: node, kubeconfig, pinDir, stateDir, serviceProxy, vipRange: vipRanges } = options;
  const self = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  register({ cluster, node, kubeconfig, pinDir, stateDir, serviceProxy, vipRanges, resolvers, process: self });
}

async function loadPrograms(options: AgentOptions, client: Client) {
  const { objects: objectDir, pinDir, roles, clock } = options;
  const isNode = roles.includes('node');
  const hookOptions = { objectDir, pinDir, vipRanges: options.vipRange.map(cidr), maxEntries: sizesOf(options) };
  return {
    hooks: isNode ? await loadHooksInTurns(hookOptions, clock) : undefined,
    sockets: isNode ? loadRescue(hookOptions) : undefined,
    gateway: roles.includes('gateway') ? await gatewayOf(options, client) : undefined,
  };
}

/** @returns what leaves it to itself */
function startResolver(options: AgentOptions, listen: readonly string[]): () => void {
  const { upstreamDns: upstreams, resolverMetricsAddress: metricsAddress, stateDir, pinDir, clock, log } = options;
  return keepResolver({
    stateDir,
    listen,
    upstreams,
    snapshotPath: snapshotPath(options),
    pinDir,
    metricsAddress,
    clock,
    log,
  });
}

function snapshotPath({ stateDir }: AgentOptions): string {
  return `${stateDir}/dns.json`;
}

function peerVerdicts(
  { nodeName: node, stateDir, clock, log }: AgentOptions,
  { client, teller, stops }: Pick<Begun, 'client' | 'teller' | 'stops'>,
  isGateway: boolean,
): PeerVerdicts {
  const leases = reflect<Lease>(client, LEASES, { ...GATEWAY_LEASES, clock, log });
  stops.adopt(leases, (one) => one.stop());
  const reportPath = isGateway ? proberFiles(stateDir).report : undefined;
  const agreedPath = agreedVerdicts(stateDir);
  const onProblem = (problem: string | undefined) => {
    if (problem !== undefined) log.error({ problem }, 'peers are not probed');
    tellOfProbing(teller, node, problem);
  };
  const peers = new PeerVerdicts({ node, leases, reportPath, agreedPath, onProblem, clock, log });
  return stops.adopt(peers, (one) => one.stop());
}

interface Tabled {
  readonly hooks: Hooks | undefined;
  readonly clusters: ClusterIndex;
  readonly view: ClusterView;
  readonly resolvers: readonly string[];
  readonly peers: PeerVerdicts;
}

interface Drained extends Pick<Tabled, 'clusters' | 'view'> {
  readonly sockets: Rescue | undefined;
  readonly connect: ConnectDuty | undefined;
  readonly lease: AgentLease;
}

const NO_SOCKETS: Sockets<OpenConnection> = { open: () => [], end() {} };

/** One that is no node opens no connections, and says so. */
function drainDuty(
  { cluster, stateDir, metrics, clock, log }: AgentOptions,
  { sockets, connect, clusters, view, lease }: Drained,
): DrainDuty<OpenConnection> {
  const inputs = {
    drains: () => readDrains(view.members.list()),
    drainSeconds: (service: string) => policyOf(view, service)?.winner.value.policy.drainSeconds,
    onChange: () => lease.touch(),
    since: new JsonFile<Readonly<Record<string, number>>>(`${stateDir}/drained-since.json`),
    clock,
    log,
  };
  if (!sockets || !connect) return new DrainDuty({ ...inputs, sockets: NO_SOCKETS });
  const ends = new ConnectionEnds({ sockets, metrics, clock, log });
  return new DrainDuty({ ...inputs, sockets: kernelSockets({ sockets, connect, clusters, self: cluster, ends }) });
}

async function connectDuty(
  options: AgentOptions,
  { hooks, clusters, view, resolvers, peers }: Tabled,
): Promise<ConnectDuty | undefined> {
  if (!hooks) return undefined;
  const { cluster, nodeName, serviceProxy, clock, log, clusterDns, upstreamDns } = options;
  const firstGeneration = 1 + Math.floor(clock.random() * 2 ** 31);
  const tables = await ConnectTables.adopt(connectMaps(hooks, clusters, 'write', firstGeneration), clock);
  const duty = new ConnectDuty(tables, view, { cluster, node: nodeName, serviceProxy }, log, () => peers.current);
  keepDownClusters(peers, view, cluster, new ClusterFlags(clusterTable(hooks), clusters));
  duty.replace(DNS_OWNER, dnsServices({ cluster, clusterDns, resolvers, upstreams: upstreamDns }));
  return duty;
}

function publishedGateway({ roles, nodeName, gatewayAddress: addresses = [], gatewayDevice, probePort }: AgentOptions) {
  const [address] = addresses;
  if (!roles.includes('gateway') || !address || !gatewayDevice) return undefined;
  return { name: nodeName, address, addresses, device: gatewayDevice, probePort };
}

async function gatewayOf(options: AgentOptions, client: Client): Promise<GatewayDuty> {
  const { gatewayAddress: addresses = [], gatewayDevice: device, objects, pinDir, lanePorts, probePort } = options;
  const { clock, log } = options;
  if (addresses.length === 0 || !device) {
    throw new SealaneError('agent/no-gateway-address', 'be a gateway: no address or device is given', {
      hint: '--gateway-address IP --gateway-device DEV',
    });
  }
  requireProbePort(probePort, lanePorts);
  const oneDevice = async () => addresses.includes(await internalAddress(client, options));
  const maxEntries = sizesOf(options);
  return startGateway({ objects, pinDir, addresses, device, oneDevice, lanePorts, probePort, maxEntries, clock, log });
}

function sizesOf({ eventsBuffer }: AgentOptions): Readonly<Record<string, number>> {
  return { events: eventsBuffer };
}

function probing({ gatewayAddress: addresses = [], proberMetricsAddress: metricsAddress, ...options }: AgentOptions) {
  return { ...options, addresses, metricsAddress };
}
