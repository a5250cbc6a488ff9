/**
 * The agent of one node: loads the programs, follows the local API server, keeps the kernel's tables equal to what plan says.
 * What it leaves pinned goes on without it; started again it adopts what it finds.
 */
import { mkdirSync } from 'node:fs';
import { DEFAULT_SNAT_PORTS, FIELD_MANAGER, LABEL_GATEWAY, type Lease, LEASES, SYSTEM_NAMESPACE } from '#api/index.ts';
import { cidr, type Queue, SealaneError } from '#kit/index.ts';
import { startTimeOf } from '#host/index.ts';
import { giveBackFreed, type Hooks, loadHooksInTurns, loadRescue, makePinDir, type Rescue } from '#kernel/index.ts';
import { type Client, createClient, createTeller, readKubeconfig, reflect } from '#kube/index.ts';
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
import { type AgentLease, keepLease } from './duties/lease.ts';
import { notingFailure } from './duties/load-failure.ts';
import { PeerVerdicts } from './duties/peer-verdicts.ts';
import { proberFiles, requireProbePort, startProbing } from './duties/prober.ts';
import { register } from './duties/register.ts';
import { RescueDuty } from './duties/rescue.ts';
import { rescueSources } from './duties/rescue-sources.ts';
import { tellOfClusters, tellOfFailure, tellOfTables } from './duties/tell.ts';
import { keepResolver } from './duties/resolver.ts';
import { ServiceConditions } from './duties/service-condition.ts';
import { NamesFile } from './events/names-file.ts';
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

/** What else arrives at a gateway's address, by default. */
const OTHER_PORTS = {
  'ports of translated sources': DEFAULT_SNAT_PORTS,
  NodePorts: { first: 30_000, last: 32_767 },
};

/** @throws `agent/...`, `kernel/...`, `kube/...` when it cannot start; afterwards it retries by itself */
export async function runAgent(options: AgentOptions): Promise<RunningAgent> {
  const { log, clock, stateDir, pinDir, cluster, nodeName, metrics } = options;
  mkdirSync(stateDir, { recursive: true, mode: 0o750 });
  makePinDir(pinDir);
  const client = createClient(readKubeconfig(options.kubeconfig), { clock });
  const resolvers = await resolverAddresses(options);
  register({
    cluster,
    node: nodeName,
    kubeconfig: options.kubeconfig,
    pinDir,
    stateDir,
    serviceProxy: options.serviceProxy,
    vipRanges: options.vipRange,
    resolvers,
    process: { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' },
  });

  const component = FIELD_MANAGER.agent;
  const teller = createTeller({ client, component, instance: nodeName, clock, log });
  const isNode = options.roles.includes('node');
  const hookOptions = {
    objectDir: options.objects,
    pinDir,
    vipRanges: options.vipRange.map(cidr),
    maxEntries: sizesOf(options),
  };
  const { hooks, sockets, gateway } = await notingFailure(
    stateDir,
    () => clock.now(),
    (failure) => tellOfFailure(teller, nodeName, failure),
    async () => ({
      hooks: isNode ? await loadHooksInTurns(hookOptions, clock) : undefined,
      sockets: isNode ? loadRescue(hookOptions) : undefined,
      gateway: options.roles.includes('gateway') ? await gatewayOf(options, client) : undefined,
    }),
  );
  const view = watchCluster(client, { clock, log }, nodeName);
  for (const [type, cache] of view.caches) watchMetrics(metrics, 'cluster', type, cache);
  const snapshotPath = `${stateDir}/dns.json`;
  const { upstreamDns: upstreams, resolverMetricsAddress: metricsAddress } = options;
  const stopResolver = isNode
    ? keepResolver({ stateDir, listen: resolvers, upstreams, snapshotPath, pinDir, metricsAddress, clock, log })
    : () => {};

  const gatewayLeases = reflect<Lease>(client, LEASES, {
    namespace: SYSTEM_NAMESPACE,
    labelSelector: `${LABEL_GATEWAY}=true`,
    clock,
    log,
  });
  const peers = new PeerVerdicts({
    node: nodeName,
    leases: gatewayLeases,
    reportPath: gateway && proberFiles(stateDir).report,
    agreedPath: agreedVerdicts(stateDir),
    clock,
    log,
  });

  const applied: Record<string, number> = {};
  let full: Readonly<Record<string, number>> = {};
  let inStep = false;
  let drains: DrainDuty<OpenConnection> | undefined;
  const lease = keepLease(
    client,
    {
      node: nodeName,
      version: options.version,
      gateway: publishedGateway(options),
      applied: () => applied,
      fullTables: () => full,
      verdicts: () => peers.own,
      drains: () => drains?.said() ?? {},
      ready: () => inStep,
    },
    clock,
    log,
  );
  let said = peers.own;
  peers.onChange(() => {
    if (said !== peers.own) lease.touch();
    said = peers.own;
  });
  const stopping = new AbortController();
  await view.whenSynced(stopping.signal);
  const clusters = new ClusterIndex(`${stateDir}/clusters.json`, cluster);
  metrics.gauge('sealane_agent_in_step', {}, () => 0);
  const connect = await connectDuty(options, { hooks, clusters, view, resolvers, peers });
  drains = drainDuty(options, { sockets, connect, clusters, view, lease });
  let queue: Queue | undefined;
  if (connect) leaveOutGateways(peers, connect, () => queue?.add(EVERYTHING));
  queue = await followView({
    view,
    connect,
    gateway,
    lease,
    drains,
    applied,
    snapshot: new JsonFile<DnsSnapshot>(snapshotPath),
    names: new NamesFile(stateDir),
    conditions: options.serviceProxy ? new ServiceConditions(client, clock) : undefined,
    clock,
    log,
    metrics,
  });
  hooks?.attach(options.cgroup);
  await gateway?.attach();
  const stopProbing = gateway ? startProbing(probing(options), view.members) : () => {};
  const rescue =
    hooks && sockets && connect
      ? new RescueDuty(rescueSources({ view, clusters, hooks, sockets, connect, self: cluster, metrics, clock, log }))
      : undefined;
  inStep = true;
  agentMetrics(options, { hooks, connect, gateway });
  const seen = { options, teller, view };
  const use = () => ({ ...connect?.use(), ...gateway?.use() });
  const stopTables = tellOfTables(seen, pinDir, use, (now) => {
    full = now;
    lease.touch();
  });
  const stopClusters = hooks && connect ? tellOfClusters(seen, hooks, connect, clusters) : () => {};
  lease.touch();
  log.info({ services: view.serviceNames().size }, 'agent is in step');
  giveBackFreed();
  return {
    stop() {
      stopping.abort();
      stopTables();
      stopClusters();
      queue?.stop();
      drains?.stop();
      lease.stop();
      gateway?.stop();
      rescue?.stop();
      stopResolver();
      stopProbing();
      peers.stop();
      gatewayLeases.stop();
      view.stop();
      client.close();
    },
  };
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
  { cluster, metrics, clock, log }: AgentOptions,
  { sockets, connect, clusters, view, lease }: Drained,
): DrainDuty<OpenConnection> {
  const inputs = {
    drains: () => readDrains(view.members.list()),
    drainSeconds: (service: string) => policyOf(view, service)?.winner.value.policy.drainSeconds,
    onChange: () => lease.touch(),
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
  const tables = await ConnectTables.adopt(connectMaps(hooks, clusters), clock);
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
  requireProbePort(probePort, { 'lane ports': lanePorts, ...OTHER_PORTS });
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
