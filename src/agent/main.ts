/**
 * The agent of one node: loads the programs, follows the local API server, keeps the kernel's tables equal to what plan says.
 * What it leaves pinned goes on without it; started again it adopts what it finds.
 */
import { mkdirSync } from 'node:fs';
import { type ClusterExportSpec, FIELD_MANAGER } from '#api/index.ts';
import { cidr, createQueue, type Queue, SealaneError } from '#kit/index.ts';
import { giveBackFreed, type Hooks, loadHooksInTurns, loadRescue, makePinDir } from '#kernel/index.ts';
import { type Client, createClient, createTeller, readKubeconfig } from '#kube/index.ts';
import { depthMetric, tryMetrics, watchMetrics } from '#observe/index.ts';
import { localEndpoints, type OwnExport } from '#plan/index.ts';
import { ClusterIndex } from './apply/cluster-index.ts';
import { ConnectTables } from './apply/connect-tables.ts';
import { connectMaps } from './apply/kernel-maps.ts';
import { ConnectDuty } from './duties/connect.ts';
import { dnsServices } from './duties/dns-service.ts';
import { SnapshotFile, snapshotOf } from './duties/dns-snapshot.ts';
import { type GatewayDuty, startGateway } from './duties/gateway.ts';
import { type AgentLease, keepLease } from './duties/lease.ts';
import { notingFailure } from './duties/load-failure.ts';
import { register } from './duties/register.ts';
import { RescueDuty } from './duties/rescue.ts';
import { rescueSources } from './duties/rescue-sources.ts';
import { tellOfClusters, tellOfFailure, tellOfTables } from './duties/tell.ts';
import { keepResolver } from './duties/resolver.ts';
import { ServiceConditions } from './duties/service-condition.ts';
import { laneKey, type Names, NamesFile } from './events/names-file.ts';
import { ApplyLag } from './metrics/apply-lag.ts';
import { agentMetrics } from './metrics/agent-metrics.ts';
import { internalAddress, resolverAddresses } from './node-addresses.ts';
import type { AgentOptions } from './options.ts';
import { type ClusterView, watchCluster } from './watch/cluster-view.ts';
import { policyOf } from './watch/inputs.ts';

export interface RunningAgent {
  /** Stops following; programs, tables and the resolver stay. */
  stop(): void;
}

/** Keys of the work queue that are no services. */
const DNS = '@dns';
const GATEWAY = '@gateway';
const NAMES = '@names';
const EVERYTHING = '*';
/** Many changes come together: one snapshot for all of them. */
const SNAPSHOT_DELAY_MS = 20;
/** For people only. */
const NAMES_DELAY_MS = 500;

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
  const view = watchCluster(client, log, nodeName);
  for (const [type, cache] of view.caches) watchMetrics(metrics, 'cluster', type, cache);
  const snapshotPath = `${stateDir}/dns.json`;
  const { upstreamDns: upstreams, resolverMetricsAddress: metricsAddress } = options;
  const stopResolver = isNode
    ? keepResolver({ stateDir, listen: resolvers, upstreams, snapshotPath, pinDir, metricsAddress, clock, log })
    : () => {};

  const applied: Record<string, number> = {};
  let full: Readonly<Record<string, number>> = {};
  let inStep = false;
  const lease = keepLease(
    client,
    {
      node: nodeName,
      version: options.version,
      gateway: publishedGateway(options),
      applied: () => applied,
      fullTables: () => full,
      ready: () => inStep,
    },
    clock,
    log,
  );
  const stopping = new AbortController();
  await view.whenSynced(stopping.signal);
  const clusters = new ClusterIndex(`${stateDir}/clusters.json`, cluster);
  const duties: Duties = {
    clusters,
    options,
    client,
    view,
    hooks,
    gateway,
    lease,
    applied,
    snapshot: new SnapshotFile(snapshotPath),
    resolvers,
  };
  metrics.gauge('sealane_agent_in_step', {}, () => 0);
  const { queue, connect } = await followView(duties);
  hooks?.attach(options.cgroup);
  await gateway?.attach();
  const rescue =
    hooks && sockets && connect
      ? new RescueDuty(rescueSources({ ...duties, hooks, sockets, connect, self: cluster, metrics, clock, log }))
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
      queue.stop();
      lease.stop();
      gateway?.stop();
      rescue?.stop();
      stopResolver();
      view.stop();
      client.close();
    },
  };
}

interface Duties {
  readonly options: AgentOptions;
  readonly client: Client;
  readonly view: ClusterView;
  readonly hooks: Hooks | undefined;
  readonly clusters: ClusterIndex;
  readonly gateway: GatewayDuty | undefined;
  readonly lease: AgentLease;
  readonly applied: Record<string, number>;
  readonly snapshot: SnapshotFile;
  readonly resolvers: readonly string[];
}

/** Works once over everything, then over whatever changes. */
async function followView(duties: Duties): Promise<{ queue: Queue; connect: ConnectDuty | undefined }> {
  const { options, view } = duties;
  const { clock, log, metrics } = options;
  const connect = await connectDuty(duties);
  const conditions = new ServiceConditions(duties.client, clock);
  const names = new NamesFile(options.stateDir);
  const lag = new ApplyLag(metrics, clock);
  const queue = createQueue({ clock, log, work, onTry: tryMetrics(metrics, 'tables') });
  depthMetric(metrics, 'tables', queue);

  async function work(key: string): Promise<void> {
    if (key === DNS) return duties.snapshot.write(snapshotOf(view));
    if (key === GATEWAY) return applyGateway(duties);
    if (key === NAMES) return names.write(namesOf(duties, connect));
    if (key === EVERYTHING) return [...view.serviceNames()].forEach((name) => queue.add(name));
    connect?.reconcile(key);
    lag.applied(key, view.slicesOf(key));
    noteApplied(duties, key);
    if (options.serviceProxy) await conditions.tell(key, view.services.get(key));
  }

  function touch(service: string) {
    if (service !== EVERYTHING) lag.seen(service);
    queue.add(service);
    queue.add(GATEWAY);
    queue.addAfter(DNS, SNAPSHOT_DELAY_MS);
    queue.addAfter(NAMES, NAMES_DELAY_MS);
  }

  view.onChange(touch);
  for (const service of view.serviceNames()) queue.add(service);
  queue.add(DNS);
  queue.add(GATEWAY);
  await queue.idle();
  await connect?.prune(clock);
  names.write(namesOf(duties, connect));
  return { queue, connect };
}

async function connectDuty({ options, hooks, clusters, view, resolvers }: Duties): Promise<ConnectDuty | undefined> {
  if (!hooks) return undefined;
  const { cluster, nodeName, serviceProxy, clock, log, clusterDns, upstreamDns } = options;
  const tables = await ConnectTables.adopt(connectMaps(hooks, clusters), clock);
  const duty = new ConnectDuty(tables, view, { cluster, node: nodeName, serviceProxy }, log);
  duty.replace(DNS, dnsServices({ cluster, clusterDns, resolvers, upstreams: upstreamDns }));
  return duty;
}

function namesOf({ gateway }: Duties, connect: ConnectDuty | undefined): Names {
  const lanes = gateway?.lanes() ?? [];
  return {
    services: Object.fromEntries(connect?.owners() ?? []),
    lanes: Object.fromEntries(
      lanes.map((one) => [laneKey(one.protocol, one.lanePort), `${one.namespace}/${one.name}`]),
    ),
  };
}

function applyGateway({ gateway, view }: Duties): void {
  if (!gateway) return;
  const exported = view.exports.list().map(({ spec }) => ownExport(spec));
  const services = exported.map(({ namespace, name }) => ({
    namespace,
    name,
    ports: localEndpoints(view.slicesOf(`${namespace}/${name}`)),
  }));
  gateway.apply(exported, services);
}

function ownExport({ service, ports, sessionAffinity, endpoints = [] }: ClusterExportSpec): OwnExport {
  const named = <T extends { readonly name?: string }>(port: T) => ({ ...port, name: port.name ?? '' });
  return {
    ...service,
    ports: ports.map(named),
    keepsCallers: sessionAffinity === 'ClientIP',
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, ports: endpoint.ports.map(named) })),
  };
}

/** What the kernel has of a policy goes into the Lease. */
function noteApplied({ view, applied, lease }: Duties, service: string): void {
  const generation = policyOf(view, service)?.winner.value.generation;
  if (applied[service] === generation) return;
  if (generation === undefined) delete applied[service];
  else applied[service] = generation;
  lease.touch();
}

function publishedGateway({ roles, nodeName, gatewayAddress: addresses = [], gatewayDevice }: AgentOptions) {
  const [address] = addresses;
  if (!roles.includes('gateway') || !address || !gatewayDevice) return undefined;
  return { name: nodeName, address, addresses, device: gatewayDevice };
}

async function gatewayOf(options: AgentOptions, client: Client): Promise<GatewayDuty> {
  const { gatewayAddress: addresses = [], gatewayDevice: device, objects, pinDir, lanePorts, clock, log } = options;
  if (addresses.length === 0 || !device) {
    throw new SealaneError('agent/no-gateway-address', 'be a gateway: no address or device is given', {
      hint: '--gateway-address IP --gateway-device DEV',
    });
  }
  const oneDevice = async () => addresses.includes(await internalAddress(client, options));
  const maxEntries = sizesOf(options);
  return startGateway({ objects, pinDir, addresses, device, oneDevice, lanePorts, maxEntries, clock, log });
}

function sizesOf({ eventsBuffer }: AgentOptions): Readonly<Record<string, number>> {
  return { events: eventsBuffer };
}
