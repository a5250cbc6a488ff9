/**
 * The agent of one node: loads the programs, follows the local API server, keeps the kernel's tables equal to what plan says.
 * What it leaves pinned goes on without it; started again it adopts what it finds.
 */
import { mkdirSync } from 'node:fs';
import { FIELD_MANAGER } from '#api/index.ts';
import { cidr, SealaneError } from '#kit/index.ts';
import { giveBackFreed, type Hooks, loadHooksInTurns, loadRescue, makePinDir } from '#kernel/index.ts';
import { type Client, createClient, createTeller, readKubeconfig } from '#kube/index.ts';
import { watchMetrics } from '#observe/index.ts';
import { ClusterIndex } from './apply/cluster-index.ts';
import { ConnectTables } from './apply/connect-tables.ts';
import { connectMaps } from './apply/kernel-maps.ts';
import { ConnectDuty } from './duties/connect.ts';
import { dnsServices } from './duties/dns-service.ts';
import { SnapshotFile } from './duties/dns-snapshot.ts';
import { DNS_OWNER, followView } from './duties/follow-view.ts';
import { type GatewayDuty, startGateway } from './duties/gateway.ts';
import { keepLease } from './duties/lease.ts';
import { notingFailure } from './duties/load-failure.ts';
import { register } from './duties/register.ts';
import { RescueDuty } from './duties/rescue.ts';
import { rescueSources } from './duties/rescue-sources.ts';
import { tellOfClusters, tellOfFailure, tellOfTables } from './duties/tell.ts';
import { keepResolver } from './duties/resolver.ts';
import { ServiceConditions } from './duties/service-condition.ts';
import { NamesFile } from './events/names-file.ts';
import { agentMetrics } from './metrics/agent-metrics.ts';
import { internalAddress, resolverAddresses } from './node-addresses.ts';
import type { AgentOptions } from './options.ts';
import { type ClusterView, watchCluster } from './watch/cluster-view.ts';

export interface RunningAgent {
  /** Stops following; programs, tables and the resolver stay. */
  stop(): void;
}

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
  const view = watchCluster(client, { clock, log }, nodeName);
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
  metrics.gauge('sealane_agent_in_step', {}, () => 0);
  const connect = await connectDuty(options, { hooks, clusters, view, resolvers });
  const queue = await followView({
    view,
    connect,
    gateway,
    lease,
    applied,
    snapshot: new SnapshotFile(snapshotPath),
    names: new NamesFile(stateDir),
    conditions: options.serviceProxy ? new ServiceConditions(client, clock) : undefined,
    clock,
    log,
    metrics,
  });
  hooks?.attach(options.cgroup);
  await gateway?.attach();
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

interface Tabled {
  readonly hooks: Hooks | undefined;
  readonly clusters: ClusterIndex;
  readonly view: ClusterView;
  readonly resolvers: readonly string[];
}

async function connectDuty(
  options: AgentOptions,
  { hooks, clusters, view, resolvers }: Tabled,
): Promise<ConnectDuty | undefined> {
  if (!hooks) return undefined;
  const { cluster, nodeName, serviceProxy, clock, log, clusterDns, upstreamDns } = options;
  const tables = await ConnectTables.adopt(connectMaps(hooks, clusters), clock);
  const duty = new ConnectDuty(tables, view, { cluster, node: nodeName, serviceProxy }, log);
  duty.replace(DNS_OWNER, dnsServices({ cluster, clusterDns, resolvers, upstreams: upstreamDns }));
  return duty;
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
