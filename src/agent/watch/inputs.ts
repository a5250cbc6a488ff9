/** From the view to the inputs of one service. */
import {
  ANNOTATION_IMPORT,
  type EndpointSlice,
  LABEL_MANAGED_BY,
  MANAGED_BY_MEMBER,
  type MemberCluster,
  type ServiceImport,
} from '#api/index.ts';
import { type Chosen, type Claim, choose, readTrafficPolicy } from '#compat/index.ts';
import { openLane } from '#lanes/index.ts';
import { splitKey } from '#objects/index.ts';
import {
  drainedOf,
  gatewaysFor,
  isOwnSlice,
  type Member,
  type TrafficPolicy,
  trafficPolicy,
  type Verdicts,
} from '#plan/index.ts';
import { importedCluster } from '../compile/imported-cluster.ts';
import type { ServiceInputs, Site } from '../compile/service-tables.ts';
import { type ClusterView, zoneOf } from './cluster-view.ts';

/** @param verdicts on the gateways of other members */
export function siteOf(
  view: ClusterView,
  where: Pick<Site, 'cluster' | 'node' | 'serviceProxy'>,
  verdicts: Verdicts,
): Site {
  const members = membersSeen(view.members.list(), where.cluster, verdicts);
  const node = view.nodes.get(where.node);
  return { ...where, zone: node && zoneOf(node), members, reachable: canReach };
}

/** By name, as one of them sees them; those that were removed are left out. */
export function membersSeen(
  members: readonly MemberCluster[],
  self: string,
  verdicts: Verdicts = {},
): ReadonlyMap<string, Member> {
  const all = members.map((member) => readMember(member, self, verdicts));
  return new Map(all.filter(({ removed }) => !removed).map((member) => [member.name, member]));
}

export function inputsOf(view: ClusterView, service: string): ServiceInputs {
  const { namespace = '', name } = splitKey(service);
  const slices = view.slicesOf(service);
  return {
    name: { namespace, name },
    service: view.services.get(service),
    slices: slices.filter(isOwnSlice),
    serviceImport: importOf(view, service),
    imported: slices.flatMap((slice: EndpointSlice) => importedCluster(slice) ?? []),
    policy: policyOf(view, service)?.winner.value.policy,
  };
}

/** What is imported under a name, also where the object of that name is another tool's and says something else. */
export function importOf(view: ClusterView, service: string): ServiceImport | undefined {
  const object = view.imports.get(service);
  const unsaid = view.slicesOf(service).flatMap(({ metadata }) => {
    const ours = metadata.labels?.[LABEL_MANAGED_BY] === MANAGED_BY_MEMBER;
    return (ours && metadata.annotations?.[ANNOTATION_IMPORT]) || [];
  })[0];
  if (!object || unsaid === undefined) return object;
  try {
    return { ...object, spec: JSON.parse(unsaid) as ServiceImport['spec'] };
  } catch {
    // Somebody wrote over it: the member writes it again.
    return undefined;
  }
}

/** The policy that speaks for a service, and its generation. */
export function policyOf(
  view: ClusterView,
  service: string,
): Chosen<{ readonly policy: TrafficPolicy; readonly generation: number }> | undefined {
  const own = view.policies.get(service);
  const claims: Claim<{ policy: TrafficPolicy; generation: number }>[] = own
    ? [
        {
          origin: 'sealane.dev',
          value: { policy: trafficPolicy(own.spec ?? {}), generation: own.metadata.generation ?? 0 },
        },
      ]
    : [];
  for (const cache of view.compatPolicies) {
    const object = cache.get(service);
    if (!object) continue;
    const { policy } = readTrafficPolicy(object);
    claims.push({ origin: policy.origin, value: { policy, generation: object.metadata.generation ?? 0 } });
  }
  return choose(claims);
}

/** What is not written down is the default; what is not said by its member is nothing. */
function readMember({ metadata, spec = {}, status }: MemberCluster, self: string, verdicts: Verdicts): Member {
  const found = verdicts[metadata.name] ?? {};
  return {
    name: metadata.name,
    region: spec.region ?? 'default',
    zone: spec.zone ?? 'default',
    group: spec.group ?? 'default',
    ...drainedOf(spec),
    removed: spec.removed ?? false,
    transport: spec.transport ?? 'WireGuard',
    gateways: gatewaysFor({ spec, status }, self).map((gateway) => ({
      ...gateway,
      ...(found[gateway.address] === 'down' && { isDown: true as const }),
    })),
  };
}

export function canReach(member: Member): boolean {
  return openLane(member.transport).lane !== undefined && member.gateways.length > 0;
}
