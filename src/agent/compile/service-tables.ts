/**
 * One service, from the objects in this cluster to what the kernel's connect tables should hold for it: its VIP, its ClusterIP
 * where that is ours to serve, and the peer addresses behind its imported slices. Pure.
 */
import { type EndpointSlice, LABEL_DERIVED, type Service, type ServiceImport } from '#api/index.ts';
import { familyOf, ip } from '#kit/index.ts';
import {
  type CompiledPort,
  compilePort,
  DEFAULT_EJECTION,
  drains,
  ejectionFor,
  type Exporter,
  type Family,
  type LocalPod,
  type LocalPort,
  localEndpoints,
  type Member,
  type PortRequest,
  preferredPods,
  type Problem,
  type Protocol,
  type ServiceName,
  servingPods,
  sharesTable,
  type TrafficPolicy,
} from '#plan/index.ts';
import type { DesiredBackend, DesiredGroup, DesiredService } from '../apply/desired.ts';
import { gatewaysOf } from './gateways-of.ts';
import { endpointServices } from './endpoint-tables.ts';
import { limitsOf } from './limits-of.ts';
import type { ImportedCluster, ImportedPort } from './imported.ts';

/** Where this agent runs, and whom it knows. */
export interface Site {
  readonly cluster: string;
  readonly node: string;
  /** Zone of the node, as its Node says. */
  readonly zone?: string | undefined;
  /** Serve every ClusterIP, in kube-proxy's place. */
  readonly serviceProxy: boolean;
  /** Those that were removed are left out. */
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
  /** What was asked. */
  readonly request: PortRequest;
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
  readonly trafficDistribution?: string | undefined;
  readonly affinitySeconds?: number | undefined;
}

/** Kubernetes' default, three hours. */
const AFFINITY_SECONDS = 10_800;

export function compileService(site: Site, inputs: ServiceInputs): CompiledService {
  const local = { IPv4: localEndpoints(inputs.slices, 'IPv4'), IPv6: localEndpoints(inputs.slices, 'IPv6') };
  const called = [...importPorts(inputs), ...clusterIpPorts(site, inputs)].filter((port) => port.protocol !== 'SCTP');
  const decided = called.map((port) => decide(site, inputs, local, port));
  return {
    desired: [
      ...decided.map(({ desired }) => desired),
      ...peerServices(site, inputs, local),
      ...endpointServices(site, inputs),
    ],
    decisions: decided.map(({ decision }) => decision),
  };
}

function importPorts({ serviceImport }: ServiceInputs): CalledPort[] {
  if (!serviceImport || serviceImport.spec.type === 'Headless') return [];
  const { ips = [], ports, internalTrafficPolicy, trafficDistribution } = serviceImport.spec;
  const affinitySeconds = affinityOf(serviceImport.spec);
  return ips.flatMap((vip) =>
    ports.map(({ name = '', protocol = 'TCP', port }) => ({
      vip,
      name,
      protocol,
      port,
      calledAs: 'ClusterSet' as const,
      internalTrafficPolicy,
      trafficDistribution,
      affinitySeconds,
    })),
  );
}

function affinityOf({
  sessionAffinity,
  sessionAffinityConfig,
}: Pick<ServiceImport['spec'], 'sessionAffinity' | 'sessionAffinityConfig'>): number | undefined {
  if (sessionAffinity !== 'ClientIP') return undefined;
  return sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_SECONDS;
}

/** The ClusterIP is ours when we stand in for kube-proxy, or when a policy speaks of the Service itself. */
function clusterIpPorts(site: Site, { service, policy }: ServiceInputs): CalledPort[] {
  const { clusterIP, clusterIPs, ports = [], internalTrafficPolicy, trafficDistribution } = service?.spec ?? {};
  const affinitySeconds = affinityOf(service?.spec ?? {});
  const governed = policy?.appliesTo.includes('Service') ?? false;
  // The address of a derived Service is the VIP of its import.
  if (service?.metadata.labels?.[LABEL_DERIVED] !== undefined) return [];
  if (!clusterIP || clusterIP === 'None' || !(site.serviceProxy || governed)) return [];
  return (clusterIPs ?? [clusterIP]).flatMap((vip) =>
    ports.map(({ name = '', protocol = 'TCP', port }) => ({
      vip,
      name,
      protocol,
      port,
      calledAs: 'Service' as const,
      internalTrafficPolicy,
      trafficDistribution,
      affinitySeconds,
    })),
  );
}

/** A family is kept end to end: an address is served by endpoints and gateways of its own. */
type Local = Readonly<Record<Family, readonly LocalPort[]>>;

function decide(site: Site, all: ServiceInputs, local: Local, called: CalledPort) {
  const family = familyOf(ip(called.vip));
  const inputs = { ...all, imported: all.imported.filter((one) => one.family === family) };
  const own = ownEndpoints(inputs, local[family], called);
  const exporters = exportersOf(site, inputs, own, called);
  const request: PortRequest = {
    self: site.cluster,
    calledAs: called.calledAs,
    ...(inputs.policy && { policy: inputs.policy }),
    ...(called.internalTrafficPolicy && { internalTrafficPolicy: called.internalTrafficPolicy }),
    exporters,
    members: [...site.members.values()],
    ...(called.calledAs === 'Service' && {
      localEndpoints: { ready: own.serving.length, total: own.total ?? 0 },
    }),
  };
  const compiled = compilePort(request);
  const seed = `${serviceKey(inputs.name)}:${called.name}`;
  const clusters = new Set(compiled.compiled.flat().map(({ cluster }) => cluster));
  const groups = [...clusters].map((cluster) =>
    group(site, inputs, own, { ...called, family, nodeLocal: compiled.nodeLocal }, cluster),
  );
  const desired: DesiredService = {
    address: ip(called.vip),
    port: called.port,
    protocol: called.protocol as 'TCP' | 'UDP',
    tiers: compiled.compiled.map((tier) => ({ slots: sharesTable(tier, seed) })),
    groups,
    ownsAddress: called.calledAs === 'ClusterSet' || site.serviceProxy,
    ...limitsOf(ejectionFor(called.calledAs, inputs.policy)),
    ...(called.affinitySeconds !== undefined && { affinitySeconds: called.affinitySeconds }),
  };
  const decision: Decision = {
    vip: called.vip,
    port: called.port,
    portName: called.name,
    protocol: called.protocol,
    request,
    compiled,
    problems: compiled.problems,
  };
  return { desired, decision };
}

function exportersOf(site: Site, inputs: ServiceInputs, own: OwnEndpoints, called: CalledPort): Exporter[] {
  return inputs.imported.flatMap(({ cluster, family, ports }) => {
    const port = ports.find((one) => samePort(one, called));
    const member = site.members.get(cluster);
    if (!port || !member) return [];
    const { region, zone, group } = member;
    const eligible = !drains(member, serviceKey(inputs.name)) && callable(site, member, family);
    const isOwn = cluster === site.cluster;
    const ready = isOwn ? own.serving.length : port.ready;
    const total = isOwn ? (own.total ?? port.total) : port.total;
    return [{ cluster, region, zone, group, ready, total, eligible }];
  });
}

function serviceKey({ namespace, name }: ServiceName): string {
  return `${namespace}/${name}`;
}

function group(
  site: Site,
  inputs: ServiceInputs,
  own: OwnEndpoints,
  called: Port & {
    readonly family: Family;
    readonly nodeLocal?: boolean;
    readonly trafficDistribution?: string | undefined;
  },
  cluster: string,
): DesiredGroup {
  if (cluster === site.cluster) {
    const pods = called.nodeLocal
      ? own.serving.filter((pod) => pod.nodeName === site.node)
      : preferredPods(own.serving, site, called.trafficDistribution);
    return { key: cluster, backends: pods.map((pod) => backend(cluster, pod.address, pod.port)) };
  }
  const lanePort = inputs.imported
    .find((one) => one.cluster === cluster && one.family === called.family)
    ?.ports.find((one) => samePort(one, called))?.lanePort;
  const gateways = lanePort ? gatewaysOf(site.members.get(cluster), called.family) : [];
  return { key: cluster, backends: gateways.map(({ address }) => backend(cluster, address, lanePort ?? 0)) };
}

/** What gateway proxies dial: a source cluster's peer address, on the lane port of the port meant. */
function peerServices(site: Site, inputs: ServiceInputs, local: Local): DesiredService[] {
  return inputs.imported.flatMap(({ cluster, family, peerAddress, ports }) => {
    const member = site.members.get(cluster);
    if (!peerAddress || !member || !callable(site, member, family)) return [];
    return ports
      .filter((port) => port.protocol !== 'SCTP')
      .map(({ name, protocol, lanePort }) => ({
        address: ip(peerAddress),
        port: lanePort,
        protocol: protocol as 'TCP' | 'UDP',
        tiers: [{ slots: [cluster] }],
        groups: [
          group(
            site,
            inputs,
            ownEndpoints(inputs, local[family], { name, protocol }),
            { name, protocol, family },
            cluster,
          ),
        ],
        ownsAddress: true,
        ...limitsOf(DEFAULT_EJECTION),
      }));
  });
}

function callable(site: Site, member: Member, family: Family): boolean {
  return member.name === site.cluster || (site.reachable(member) && gatewaysOf(member, family).length > 0);
}

/** The own cluster's side of one port. */
interface OwnEndpoints {
  readonly serving: readonly LocalPod[];
  /** Undefined when the cluster has no such port. */
  readonly total: number | undefined;
}

function ownEndpoints(inputs: ServiceInputs, local: readonly LocalPort[], called: Port): OwnEndpoints {
  const port = localPort(inputs, local, called);
  return { serving: servingPods(port?.pods ?? []), total: port?.total };
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
  return { cluster, address: ip(address), port, flags: 0 };
}
