/**
 * For pods that no hook sees (gVisor, Kata, KubeVirt, those started before the agent): a derived Service whose ClusterIP is the
 * import's address, so that the cluster's own service proxy serves it to them. Its slices are own pods, or gateways of other members
 * with their lane ports, whichever a call would go to now. Off unless asked for.
 */
import { ENDPOINT_SLICES, FIELD_MANAGER, LABEL_DERIVED, SERVICES, type Service } from '#api/index.ts';
import { isFault } from '#kit/index.ts';
import { deepEqual } from '#objects/index.ts';
import { compilePort, gatewaysFor, type MergedImport, type MergedPort } from '#plan/index.ts';
import { derivedSlicesOf, ownSlices } from '../caches.ts';
import type { Judgement } from '../conditions/with-conditions.ts';
import { allMembers, type MemberState } from '../member-state.ts';
import { exportersOf, places } from '../policies/exporters.ts';
import { heardPolicy } from '../policies/policy-claims.ts';
import { putSlices } from '../put-slices.ts';
import { type Destination, derivedName, derivedService, derivedSlices } from './desired.ts';

/** @returns its ClusterIPs; none when there is none to be had */
export async function keepDerivedService(
  { settings, caches }: MemberState,
  merged: MergedImport,
): Promise<readonly string[]> {
  const desired = derivedService(merged);
  const current = caches.services.get(`${merged.namespace}/${derivedName(merged)}`);
  if (!current) {
    const made = await settings.client.create<Service>(SERVICES, desired, { fieldManager: FIELD_MANAGER.member });
    return addressesOf(made);
  }
  if (current.metadata.labels?.[LABEL_DERIVED] !== merged.name) return [];
  if (!sameContent(current, desired)) {
    const { ports, sessionAffinity } = desired.spec ?? {};
    await settings.client.patch(SERVICES, desired.metadata, { spec: { ports, sessionAffinity } }, OPTIONS);
  }
  return addressesOf(current);
}

function addressesOf({ spec = {} }: Service): readonly string[] {
  return spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : []);
}

export async function keepDerivedSlices(state: MemberState, merged: MergedImport): Promise<void> {
  const service = `${merged.namespace}/${merged.name}`;
  const desired = derivedSlices(merged, destinations(state, merged));
  await putSlices(state, derivedSlicesOf(state.caches, service), desired);
}

/** @param service `namespace/name` of the import */
export async function removeDerived({ settings, caches }: MemberState, service: string): Promise<void> {
  const { client } = settings;
  const at = service.indexOf('/');
  const name = { namespace: service.slice(0, at), name: service.slice(at + 1) };
  const current = caches.services.get(`${name.namespace}/${derivedName(name)}`);
  const ours = current?.metadata.labels?.[LABEL_DERIVED] === name.name;
  await Promise.all([
    ...derivedSlicesOf(caches, service).map(({ metadata }) => client.delete(ENDPOINT_SLICES, metadata)),
    ...(current && ours ? [client.delete(SERVICES, current.metadata).catch(ignoreGone)] : []),
  ]);
}

export function servesUnhooked(asked: boolean, merged: MergedImport, addresses: readonly string[]): Judgement[] {
  if (merged.type === 'Headless') return [];
  const condition = { type: 'ServesUnhookedPods' };
  const who = 'pods that no hook sees (gVisor, Kata, KubeVirt, those started before the agent)';
  if (!asked) {
    const message = `${who} cannot call it; sealane member --derived-services gives them a Service that they can`;
    return [{ ...condition, status: 'False', reason: 'NotAskedFor', message }];
  }
  if (addresses.length === 0) {
    const message = `the Service ${derivedName(merged)} is somebody else's or has no address, ${who} cannot call it`;
    return [{ ...condition, status: 'False', reason: 'NoDerivedService', message }];
  }
  const message = `${who} call ${addresses.join(', ')} of Service ${derivedName(merged)}, served by the cluster's own service proxy: the clusters of the first tier, without weights; what fails is noticed by nobody, and UDP and kept connections stay where they are`;
  return [{ ...condition, status: 'True', reason: 'DerivedService', message }];
}

const OPTIONS = { fieldManager: FIELD_MANAGER.member };

/** The fields that we set; the server fills in others. */
function sameContent({ spec }: Service, desired: Service): boolean {
  const bare = (service: Service['spec']) => [
    service?.sessionAffinity,
    (service?.ports ?? []).map(({ name = '', protocol, port, appProtocol }) => ({ name, protocol, port, appProtocol })),
  ];
  return deepEqual(JSON.parse(JSON.stringify(bare(spec))), JSON.parse(JSON.stringify(bare(desired.spec))));
}

/** The clusters of the first tier of each port. */
function destinations(state: MemberState, merged: MergedImport): Destination[] {
  const self = state.settings.cluster;
  const service = `${merged.namespace}/${merged.name}`;
  const chosen = new Map(merged.ports.map((port) => [port.name, firstTier(state, merged, port)]));
  return merged.serving.flatMap(({ cluster, ports }): Destination[] => {
    const called = ports.filter(({ name, ready }) => ready > 0 && chosen.get(name)?.has(cluster));
    if (called.length === 0) return [];
    if (cluster !== self) return [{ own: false, cluster, ports: called, addresses: gatewaysOf(state, cluster) }];
    const own = state.caches.records.get(service)?.spec.ports ?? [];
    const ownNames = new Map(
      called.map(({ name, protocol, port }) => [
        name,
        own.find((one) => one.protocol === protocol && one.port === port)?.name ?? '',
      ]),
    );
    return [{ own: true, ports: called, ownNames, slices: ownSlices(state.caches, service) }];
  });
}

function firstTier(state: MemberState, merged: MergedImport, port: MergedPort): ReadonlySet<string> {
  const policy = heardPolicy(state, `${merged.namespace}/${merged.name}`);
  const { compiled } = compilePort({
    self: state.settings.cluster,
    calledAs: 'ClusterSet',
    members: places(state),
    exporters: exportersOf(state, merged, port),
    ...(policy && { policy }),
    ...(merged.internalTrafficPolicy && { internalTrafficPolicy: merged.internalTrafficPolicy }),
  });
  return new Set(compiled[0]?.map(({ cluster }) => cluster));
}

function gatewaysOf(state: MemberState, cluster: string): readonly string[] {
  const gateways = gatewaysFor(allMembers(state).get(cluster) ?? {}, state.settings.cluster);
  return [...new Set(gateways.map(({ address }) => address))].toSorted();
}

function ignoreGone(error: unknown): void {
  if (!isFault(error, 'kube/not-found')) throw error;
}
