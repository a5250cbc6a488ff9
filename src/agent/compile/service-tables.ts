/**
 * One service, from the objects in this cluster to what the kernel's connect tables should hold for it: its VIP, its ClusterIP
 * where that is ours to serve, and the peer addresses behind its imported slices. Pure.
 */
import type { EndpointSlice, Service, ServiceImport } from '#api/index.ts';
import { ipv4 } from '#kit/index.ts';
import {
  type CompiledPort,
  compilePort,
  type Exporter,
  type LocalPort,
  localEndpoints,
  type Member,
  type Problem,
  type Protocol,
  type ServiceName,
  servingPods,
  sharesTable,
  type TrafficPolicy,
} from '#plan/index.ts';
import type { DesiredBackend, DesiredGroup, DesiredService } from '../apply/desired.ts';
import type { ImportedCluster, ImportedPort } from './imported.ts';

/** Where this agent runs, and whom it knows. */
export interface Site {
  readonly cluster: string;
  readonly node: string;
  /** Serve every ClusterIP, in kube-proxy's place. */
  readonly serviceProxy: boolean;
  readonly members: ReadonlyMap<string, Member>;
  /** Whether a lane to that member can be had. */
  readonly reachable: (member: Member) => boolean;
}

export interface ServiceInputs {
  readonly name: ServiceName;
  readonly service?: Service | undefined;
  /** Slices of the local Service. */
  readonly slices: readonly EndpointSlice[];
  readonly serviceImport?: ServiceImport | undefined;
  readonly imported: readonly ImportedCluster[];
  readonly policy?: TrafficPolicy | undefined;
}

export interface CompiledService {
  readonly desired: readonly DesiredService[];
  /** For a person: how each called port was decided. */
  readonly decisions: readonly Decision[];
}

export interface Decision {
  readonly vip: string;
  readonly port: number;
  readonly portName: string;
  readonly protocol: Protocol;
  readonly compiled: CompiledPort;
  readonly problems: readonly Problem[];
}

interface CalledPort {
  readonly vip: string;
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly calledAs: 'ClusterSet' | 'Service';
  readonly internalTrafficPolicy?: 'Cluster' | 'Local' | undefined;
}

export function compileService(site: Site, inputs: ServiceInputs): CompiledService {
  const local = localEndpoints(inputs.slices);
  const called = [...importPorts(inputs), ...clusterIpPorts(site, inputs)].filter((port) => port.protocol !== 'SCTP');
  const decided = called.map((port) => decide(site, inputs, local, port));
  return {
    desired: [...decided.map(({ desired }) => desired), ...peerServices(site, inputs, local)],
    decisions: decided.map(({ decision }) => decision),
  };
}

function importPorts({ serviceImport }: ServiceInputs): CalledPort[] {
  if (!serviceImport || serviceImport.spec.type === 'Headless') return [];
  const { ips = [], ports, internalTrafficPolicy } = serviceImport.spec;
  return ips.flatMap((vip) =>
    ports.map(({ name = '', protocol = 'TCP', port }) => ({
      vip,
      name,
      protocol,
      port,
      calledAs: 'ClusterSet' as const,
      internalTrafficPolicy,
    })),
  );
}

/** The ClusterIP is ours when we stand in for kube-proxy, or when a policy speaks of the Service itself. */
function clusterIpPorts(site: Site, { service, policy }: ServiceInputs): CalledPort[] {
  const { clusterIP, ports = [], internalTrafficPolicy } = service?.spec ?? {};
  const governed = policy?.appliesTo.includes('Service') ?? false;
  if (!clusterIP || clusterIP === 'None' || !(site.serviceProxy || governed)) return [];
  return ports.map(({ name = '', protocol = 'TCP', port }) => ({
    vip: clusterIP,
    name,
    protocol,
    port,
    calledAs: 'Service' as const,
    internalTrafficPolicy,
  }));
}

function decide(site: Site, inputs: ServiceInputs, local: readonly LocalPort[], called: CalledPort) {
  const exporters = exportersOf(site, inputs, local, called);
  const own = localPort(inputs, local, called);
  const compiled = compilePort({
    self: site.cluster,
    calledAs: called.calledAs,
    ...(inputs.policy && { policy: inputs.policy }),
    ...(called.internalTrafficPolicy && { internalTrafficPolicy: called.internalTrafficPolicy }),
    exporters,
    members: [...site.members.values()],
    ...(called.calledAs === 'Service' && {
      localEndpoints: { ready: servingPods(own?.pods ?? []).length, total: own?.total ?? 0 },
    }),
  });
  const seed = `${inputs.name.namespace}/${inputs.name.name}:${called.name}`;
  const clusters = new Set(compiled.compiled.flat().map(({ cluster }) => cluster));
  const groups = [...clusters].map((cluster) =>
    group(site, inputs, local, { ...called, nodeLocal: compiled.nodeLocal }, cluster),
  );
  const desired: DesiredService = {
    address: ipv4(called.vip),
    port: called.port,
    protocol: called.protocol as 'TCP' | 'UDP',
    tiers: compiled.compiled.map((tier) => ({ slots: sharesTable(tier, seed) })),
    groups,
    ownsAddress: called.calledAs === 'ClusterSet' || site.serviceProxy,
  };
  const decision: Decision = {
    vip: called.vip,
    port: called.port,
    portName: called.name,
    protocol: called.protocol,
    compiled,
    problems: compiled.problems,
  };
  return { desired, decision };
}

function exportersOf(site: Site, inputs: ServiceInputs, local: readonly LocalPort[], called: CalledPort): Exporter[] {
  return inputs.imported.flatMap(({ cluster, ports }) => {
    const port = ports.find((one) => samePort(one, called));
    const member = site.members.get(cluster);
    if (!port || !member) return [];
    const counts = cluster === site.cluster ? (localPort(inputs, local, called) ?? port) : port;
    const { region, zone, group } = member;
    const eligible = !member.drained && !member.removed && (cluster === site.cluster || site.reachable(member));
    const ready =
      cluster === site.cluster ? servingPods(localPort(inputs, local, called)?.pods ?? []).length : counts.ready;
    return [{ cluster, region, zone, group, ready, total: counts.total, eligible }];
  });
}

function group(
  site: Site,
  inputs: ServiceInputs,
  local: readonly LocalPort[],
  called: Port & { readonly nodeLocal?: boolean },
  cluster: string,
): DesiredGroup {
  if (cluster === site.cluster) {
    const pods = servingPods(localPort(inputs, local, called)?.pods ?? []);
    const onNode = called.nodeLocal ? pods.filter((pod) => pod.nodeName === site.node) : pods;
    return { key: cluster, backends: onNode.map((pod) => backend(cluster, pod.address, pod.port)) };
  }
  const lanePort = inputs.imported
    .find((one) => one.cluster === cluster)
    ?.ports.find((one) => samePort(one, called))?.lanePort;
  const gateways = lanePort ? (site.members.get(cluster)?.gateways ?? []) : [];
  return { key: cluster, backends: gateways.map(({ address }) => backend(cluster, address, lanePort ?? 0)) };
}

/** What gateway proxies dial: a source cluster's peer address, on the lane port of the port meant. */
function peerServices(site: Site, inputs: ServiceInputs, local: readonly LocalPort[]): DesiredService[] {
  return inputs.imported.flatMap(({ cluster, peerAddress, ports }) => {
    const member = site.members.get(cluster);
    if (!peerAddress || !member || member.removed || !(cluster === site.cluster || site.reachable(member))) return [];
    return ports
      .filter((port) => port.protocol !== 'SCTP')
      .map((port) => ({
        address: ipv4(peerAddress),
        port: port.lanePort,
        protocol: port.protocol as 'TCP' | 'UDP',
        tiers: [{ slots: [cluster] }],
        groups: [group(site, inputs, local, { name: port.name, protocol: port.protocol }, cluster)],
        ownsAddress: true,
      }));
  });
}

/** The merged port may have another cluster's name: the own Service's port of that number is meant. */
function localPort({ service }: ServiceInputs, local: readonly LocalPort[], called: Port): LocalPort | undefined {
  const named = local.find((one) => samePort(one, called));
  if (named || called.port === undefined) return named;
  const own = service?.spec?.ports?.find(
    ({ port, protocol = 'TCP' }) => port === called.port && protocol === called.protocol,
  );
  return own && local.find((one) => samePort(one, { name: own.name ?? '', protocol: called.protocol }));
}

interface Port {
  readonly name: string;
  readonly protocol: Protocol;
  /** Of the service; a lane port has none. */
  readonly port?: number;
}

function samePort(a: Pick<ImportedPort, 'name' | 'protocol'>, b: { name: string; protocol: Protocol }): boolean {
  return a.name === b.name && a.protocol === b.protocol;
}

function backend(cluster: string, address: string, port: number): DesiredBackend {
  return { cluster, address: ipv4(address), port, flags: 0 };
}
