/** What the duties of a member share. */
import type { ClusterExport, MemberCluster, MemberClusterSpec, Namespace } from '#api/index.ts';
import type { ResourceType } from '#objects/index.ts';
import type { Place, PodRanges } from '#plan/index.ts';
import type { Caches } from './caches.ts';
import type { MemberSettings } from './options.ts';
import type { Records } from './vips/records.ts';

export interface McsTypes {
  readonly serviceExports: ResourceType;
  readonly serviceImports: ResourceType;
}

export interface MemberState {
  readonly settings: MemberSettings;
  readonly caches: Caches;
  readonly records: Records;
  readonly mcs: McsTypes;
  /** UID of this cluster's kube-system namespace. */
  readonly clusterUID: string;
  /** Where the pods of this cluster have addresses; undefined while nobody says. */
  podRanges(): PodRanges;
  /** UID of the hub; undefined until it has answered. */
  hubUID(): string | undefined;
  /** Own records, `namespace/name`, that are about to carry a new epoch; nothing is vouched for until they are seen with it. */
  readonly unsettled: Map<string, number>;
}

/** A member as the hub has it, or as it was last seen. */
export function memberCluster({ caches }: Pick<MemberState, 'caches'>, name: string): MemberCluster | undefined {
  return caches.hubMembers.get(name) ?? caches.mirrors.get(name);
}

export function ownSpec(state: MemberState): MemberClusterSpec {
  return memberCluster(state, state.settings.cluster)?.spec ?? {};
}

/** Every member known, by name, those that were removed included. */
export function allMembers({ caches }: Pick<MemberState, 'caches'>): Map<string, MemberCluster> {
  return new Map([...caches.mirrors.list(), ...caches.hubMembers.list()].map((one) => [one.metadata.name, one]));
}

export function placeOf(name: string, { region = '', zone = '', group = '' }: MemberClusterSpec): Place {
  return { name, region, zone, group };
}

/**
 * Whether the name is ours to publish under: nobody else's UID is on it. False also as long as the hub has not been read.
 */
export function nameIsOurs({ caches, settings, clusterUID }: MemberState): boolean {
  if (!caches.hubSynced) return false;
  const { clusterUID: onHub } = caches.hubMembers.get(settings.cluster)?.status ?? {};
  return onHub === undefined || onHub === clusterUID;
}

/** Whether the hub says that the name is ours: what another cluster gave out under it has been taken over then. */
export function isSpokenFor({ caches, settings, clusterUID }: MemberState): boolean {
  return caches.hubMembers.get(settings.cluster)?.status?.clusterUID === clusterUID;
}

/** Epoch of ours that every other member has applied, by name. */
export function observedBy(state: MemberState): Record<string, number> {
  const self = state.settings.cluster;
  return Object.fromEntries(
    [...allMembers(state).values()]
      .filter(({ metadata, spec }) => metadata.name !== self && !spec?.removed)
      .map(({ metadata, status }) => [metadata.name, status?.observed?.[self] ?? 0]),
  );
}

export function isTerminating({ metadata, status }: Namespace): boolean {
  return metadata.deletionTimestamp !== undefined || status?.phase === 'Terminating';
}

export function isWithdrawn({ spec }: ClusterExport): boolean {
  return spec.withdrawn !== undefined;
}
