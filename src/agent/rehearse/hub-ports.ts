/** What a member would decide, from what all members publish on the hub. Pure. */
import {
  type ClusterExport,
  GLOBAL_TRAFFIC_POLICIES,
  type GlobalTrafficPolicy,
  hubNamespace,
  type KarmadaBinding,
  type MemberCluster,
} from '#api/index.ts';
import { choose, readTrafficPolicy } from '#compat/index.ts';
import type { ViewedPort } from '#explain/index.ts';
import { apiVersionOf, keyOf } from '#objects/index.ts';
import {
  compilePort,
  drains,
  type Exporter,
  exportRecord,
  type Member,
  type MergedImport,
  type MergedPort,
  mergeExports,
  type PortRequest,
  type TrafficPolicy,
  trafficPolicy,
} from '#plan/index.ts';
import { canReach, membersSeen } from '../watch/inputs.ts';
import type { PolicyObject } from './change.ts';

export interface HubObjects {
  readonly members: readonly MemberCluster[];
  readonly exports: readonly ClusterExport[];
  /** Those that the consumer has. */
  readonly policies: readonly PolicyObject[];
}

export function hubPorts({ members, exports, policies }: HubObjects, consumer: string): ViewedPort[] {
  const seen = membersSeen(members, consumer);
  const self = seen.get(consumer);
  if (!self) return [];
  const records = exports.filter((record) => isBelieved(record, seen)).map(({ spec }) => exportRecord(spec));
  const services = Map.groupBy(records, ({ namespace, name }) => `${namespace}/${name}`);
  return [...services].flatMap(([service, ofService]) => {
    const merged = mergeExports(ofService, self, ['IPv4', 'IPv6']);
    if (!merged || merged.type === 'Headless') return [];
    const policy = policyFor(policies, service);
    return merged.ports.flatMap((port) => viewed(merged, port, { consumer, seen, policy }));
  });
}

/** The policies of a member: Karmada's templates that are bound to it. */
export function policiesOf(
  consumer: string,
  templates: readonly PolicyObject[],
  bindings: readonly KarmadaBinding[],
): PolicyObject[] {
  return templates.filter(({ apiVersion, kind, metadata }) =>
    bindings.some(({ spec: { resource, clusters = [] } }) => {
      const isOf = resource?.apiVersion === apiVersion && resource.kind === kind;
      const isIts = resource?.namespace === metadata.namespace && resource?.name === metadata.name;
      return isOf && isIts && clusters.some(({ name }) => name === consumer);
    }),
  );
}

function isBelieved({ metadata, spec }: ClusterExport, members: ReadonlyMap<string, Member>): boolean {
  return spec.withdrawn === undefined && members.has(spec.cluster) && metadata.namespace === hubNamespace(spec.cluster);
}

function policyFor(policies: readonly PolicyObject[], service: string): TrafficPolicy | undefined {
  const claims = policies
    .filter((policy) => keyOf(policy) === service)
    .map((policy) => {
      const isOurs = policy.apiVersion === apiVersionOf(GLOBAL_TRAFFIC_POLICIES);
      const value = isOurs
        ? trafficPolicy((policy as GlobalTrafficPolicy).spec ?? {})
        : readTrafficPolicy(policy as never).policy;
      return { origin: value.origin, value };
    });
  return choose(claims)?.winner.value;
}

interface Caller {
  readonly consumer: string;
  readonly seen: ReadonlyMap<string, Member>;
  readonly policy: TrafficPolicy | undefined;
}

/** By its clusterset name; by its ordinary name too where a policy governs that and the caller has the service. */
function viewed(merged: MergedImport, port: MergedPort, { consumer, seen, policy }: Caller): ViewedPort[] {
  const exporters = exportersOf(merged, port, consumer, seen);
  const hasOwn = exporters.some(({ cluster }) => cluster === consumer);
  const names =
    policy?.appliesTo.includes('Service') && hasOwn ? (['ClusterSet', 'Service'] as const) : (['ClusterSet'] as const);
  return names.map((calledAs) => {
    const request: PortRequest = {
      self: consumer,
      calledAs,
      ...(policy && { policy }),
      ...(merged.internalTrafficPolicy && { internalTrafficPolicy: merged.internalTrafficPolicy }),
      exporters,
      members: [...seen.values()],
    };
    const { namespace, name } = merged;
    const { port: number, protocol } = port;
    const compiled = compilePort(request);
    // Who does not answer whom is known in the members only.
    return { consumer, namespace, name, port: number, protocol, calledAs, request, compiled, down: [] };
  });
}

function exportersOf(
  { namespace, name, serving }: MergedImport,
  port: MergedPort,
  consumer: string,
  seen: ReadonlyMap<string, Member>,
): Exporter[] {
  return serving.flatMap(({ cluster, ports }) => {
    const served = ports.find((one) => one.name === port.name && one.protocol === port.protocol);
    const member = seen.get(cluster);
    if (!served || !member) return [];
    const { region, zone, group } = member;
    const eligible = !drains(member, `${namespace}/${name}`) && (cluster === consumer || canReach(member));
    return [{ cluster, region, zone, group, ready: served.ready, total: served.total, eligible }];
  });
}
