/** One service's import in this member: merge what everybody says, plan the objects, write the difference. */
import {
  ENDPOINT_SLICES,
  FIELD_MANAGER,
  LABEL_IMPORTED,
  LABEL_KARMADA_MANAGED,
  type ServiceImport,
  type ServiceImportSpec,
} from '#api/index.ts';
import { cidr, type Family, isFault, timestamp } from '#kit/index.ts';
import { exportRecord, type MergedImport, mergeExports, type Serving } from '#plan/index.ts';
import { importedSlices } from '../caches.ts';
import { type Judgement, withConditions } from '../conditions/with-conditions.ts';
import { keepDerivedService, keepDerivedSlices, removeDerived, servesUnhooked } from '../derived/keep-derived.ts';
import { ensure } from '../ensure.ts';
import { isTerminating, isWithdrawn, memberCluster, type MemberState, ownSpec, placeOf } from '../member-state.ts';
import { putSlices } from '../put-slices.ts';
import type { Belief } from './belief.ts';
import { importObject, importSpec, sliceObjects } from './desired.ts';
import { leftOut, type Source } from './headless-slices.ts';
import type { PerFamily } from '../vips/records.ts';

/** @param service `namespace/name`; undefined when nobody exports it to this member */
export function mergedImport(state: MemberState, belief: Belief, service: string): MergedImport | undefined {
  const own = state.caches.records.get(service);
  const records = [...belief.of(service), ...(own && !isWithdrawn(own) ? [exportRecord(own.spec)] : [])];
  if (records.length === 0) return undefined;
  return mergeExports(records, placeOf(state.settings.cluster, ownSpec(state)), familiesOf(state));
}

/** Those that this cluster has, as its VIP ranges say. */
function familiesOf({ settings }: MemberState): Family[] {
  return settings.vipRanges.map((range) => cidr(range).family);
}

export async function keepImport(state: MemberState, belief: Belief, service: string): Promise<void> {
  const { caches } = state;
  const merged = mergedImport(state, belief, service);
  const namespace = caches.namespaces.get(service.slice(0, service.indexOf('/')));
  if (!merged) return caches.hubSynced ? removeImport(state, service) : undefined;
  if (!namespace || isTerminating(namespace)) return;
  const { ips, peers } = await allocate(state, merged);
  const derives = state.settings.derivedServices && merged.type === 'ClusterSetIP';
  if (derives) await keepDerivedSlices(state, merged);
  else await removeDerived(state, service);
  const current = caches.serviceImports.get(service);
  const isForeign = current?.metadata.labels?.[LABEL_KARMADA_MANAGED] !== undefined;
  await keepSlices(state, belief, { merged, peers, unsaid: isForeign ? importSpec(merged, ips) : undefined });
  if (current && isForeign) return judge(state, current, merged, [foreign(current)]);
  const type = state.mcs.serviceImports;
  const written = await ensure(state.settings.client, type, current, importObject(merged, ips, type));
  const { derivedServices } = state.settings;
  await judge(state, written, merged, [ready(state, merged, ips), ...servesUnhooked(derivedServices, merged, ips)]);
}

async function allocate(state: MemberState, merged: MergedImport) {
  const { records, settings } = state;
  const needsVip = merged.type === 'ClusterSetIP' && !settings.derivedServices;
  const lacks = (given: PerFamily) => familiesOf(state).some((family) => given[family] === undefined);
  if (needsVip && lacks(records.vipsOf(merged))) records.wantVip(merged);
  const missing = merged.clusters.filter((cluster) => lacks(records.peersOf(cluster)));
  if (missing.length > 0) records.wantPeers([...records.peers(), ...missing]);
  await records.save();
  return {
    ips: needsVip ? inOrder(merged, records.vipsOf(merged)) : await derivedIps(state, merged),
    peers: new Map(merged.clusters.map((cluster) => [cluster, records.peersOf(cluster)])),
  };
}

function inOrder({ ipFamilies }: MergedImport, vips: PerFamily): string[] {
  return ipFamilies.flatMap((family) => vips[family] ?? []);
}

async function derivedIps(state: MemberState, merged: MergedImport): Promise<readonly string[]> {
  return merged.type === 'ClusterSetIP' ? keepDerivedService(state, merged) : [];
}

interface Wanted {
  readonly merged: MergedImport;
  readonly peers: ReadonlyMap<string, PerFamily>;
  readonly unsaid: ServiceImportSpec | undefined;
}

async function keepSlices(state: MemberState, belief: Belief, { merged, peers, unsaid }: Wanted): Promise<void> {
  const { caches } = state;
  const service = `${merged.namespace}/${merged.name}`;
  const desired = merged.serving.flatMap((serving) => {
    const { cluster } = serving;
    const peerAddresses = peers.get(cluster) ?? {};
    const spec = belief.specOf(cluster, service);
    return sliceObjects({ merged, serving, peerAddresses, spec, source: sourceOf(state, cluster), unsaid });
  });
  await putSlices(state, importedSlices(caches, service), desired);
}

function sourceOf(state: MemberState, cluster: string): Source {
  const { spec, status } = memberCluster(state, cluster) ?? {};
  return {
    own: cluster === state.settings.cluster,
    index: spec?.index ?? status?.index,
    podRanges: status?.podRanges,
    ownPodRanges: state.podRanges(),
  };
}

async function removeImport(state: MemberState, service: string): Promise<void> {
  const { settings, caches, mcs, records } = state;
  const { client } = settings;
  await removeDerived(state, service);
  const current = caches.serviceImports.get(service);
  const ours = current?.metadata.labels?.[LABEL_IMPORTED] && !current.metadata.labels[LABEL_KARMADA_MANAGED];
  await Promise.all([
    ...importedSlices(caches, service).map(({ metadata }) => client.delete(ENDPOINT_SLICES, metadata)),
    ...(current && ours ? [client.delete(mcs.serviceImports, current.metadata)] : []),
  ]);
  const held = records.vips();
  const kept = held.filter(({ namespace, name }) => `${namespace}/${name}` !== service);
  if (kept.length === held.length) return;
  records.wantVips(kept);
  await records.save();
}

async function judge(
  { settings, mcs }: MemberState,
  object: ServiceImport,
  merged: MergedImport,
  judgements: readonly Judgement[],
): Promise<void> {
  const { client, clock } = settings;
  const { status = {} } = object;
  const { generation } = object.metadata;
  const observed = judgements.map((one) => ({
    ...one,
    ...(generation !== undefined && { observedGeneration: generation }),
  }));
  const conditions = withConditions(status.conditions, observed, timestamp(clock), ['ServesUnhookedPods']);
  const clusters = merged.clusters.map((cluster) => ({ cluster }));
  const sameClusters = JSON.stringify(status.clusters ?? []) === JSON.stringify(clusters);
  const older = mcs.serviceImports.version === 'v1alpha1';
  const present = older || status.endpointSliceObjects === 'Present';
  if ((!conditions || older) && sameClusters && present) return;
  const patch = {
    status: { clusters, ...(!older && { endpointSliceObjects: 'Present' }), ...(conditions && { conditions }) },
  };
  const options = { subresource: 'status', fieldManager: FIELD_MANAGER.member };
  try {
    await client.patch(mcs.serviceImports, object.metadata, patch, options);
  } catch (error) {
    // Deleted meanwhile: nobody left to tell.
    if (!isFault(error, 'kube/not-found')) throw error;
  }
}

function ready(state: MemberState, merged: MergedImport, ips: readonly string[]): Judgement {
  const condition = { type: 'Ready' };
  if (merged.ipFamilies.length === 0) {
    return {
      ...condition,
      status: 'False',
      reason: 'IPFamilyNotSupported',
      message: 'this cluster has none of the families of the service',
    };
  }
  if (merged.type === 'ClusterSetIP' && ips.length < merged.ipFamilies.length) {
    return { ...condition, status: 'False', reason: 'Pending', message: 'the VIP range has no address left' };
  }
  const sctp = merged.ports.filter(({ protocol }) => protocol === 'SCTP').map(({ port }) => port);
  const parts = [
    `exported by ${merged.clusters.join(', ')}`,
    ...(sctp.length > 0 ? [`SCTP ports are listed but not carried: ${sctp.join(', ')}`] : []),
    ...(merged.type === 'Headless' ? merged.serving.flatMap((serving) => notImported(state, serving)) : []),
  ];
  return { ...condition, status: 'True', reason: 'Ready', message: parts.join('; ') };
}

function notImported(state: MemberState, serving: Serving): string[] {
  const count = leftOut(serving, sourceOf(state, serving.cluster));
  const why = 'their addresses are not that member’s to give, or no lane leads to them';
  return count > 0 ? [`${count} pods of ${serving.cluster} are left out: ${why}`] : [];
}

function foreign({ metadata }: ServiceImport): Judgement {
  const policy = metadata.annotations?.['propagationpolicy.karmada.io/name'];
  const owner = policy ? ` (PropagationPolicy ${policy})` : '';
  return {
    type: 'Ready',
    status: 'True',
    reason: 'ManagedByKarmada',
    message: `this object belongs to Karmada${owner} and is not written; traffic follows the exports all the same`,
  };
}
