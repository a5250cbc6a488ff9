/**
 * The exports of the other members as this member believes them: what the hub shows, and what it no longer shows although nobody
 * vouches for the absence. Carried over a restart by the imported EndpointSlices, each of which holds its export.
 */
import {
  type ClusterExport,
  type ClusterExportSpec,
  type EndpointSlice,
  hubNamespace,
  hubRecordName,
  memberOfHubNamespace,
} from '#api/index.ts';
import type { Log } from '#kit/index.ts';
import { exportRecord, type ExportRecord, type KnownExport, namesHash, vouchedAbsences } from '#plan/index.ts';
import { allMembers, type MemberState } from '../member-state.ts';
import { mayExport } from '../exports/draft.ts';
import { readExport } from './read-export.ts';

/** On imported slices: the export that they come from, as JSON. */
export const ANNOTATION_EXPORT = 'sealane.dev/export';

export interface Belief {
  /** Of one service, the own cluster's left out. @param service `namespace/name` */
  of(service: string): readonly ExportRecord[];
  services(): Set<string>;
  inNamespace(namespace: string): string[];
  /** The spec as it was published, for the slice that carries it. */
  specOf(cluster: string, service: string): ClusterExportSpec | undefined;
  /** One object on the hub was put. @returns the service that may look different now */
  put(object: ClusterExport): string | undefined;
  /** Looks at everything of one member again. @returns services that may look different now */
  refresh(cluster: string): string[];
  /** The epoch that has been taken in completely, per member. */
  readonly taken: ReadonlyMap<string, number>;
  /** Members whose absent exports are kept because nobody vouches for the hub's list, and why. */
  readonly suspects: ReadonlyMap<string, string>;
}

interface Held {
  readonly spec: ClusterExportSpec;
  readonly record: ExportRecord;
}

export function createBelief(state: MemberState, slices: readonly EndpointSlice[], log: Log): Belief {
  const { caches, settings } = state;
  const services = new Map<string, Map<string, Held>>();
  const clusters = new Map<string, Set<string>>();
  const taken = new Map<string, number>();
  const suspects = new Map<string, string>();
  const complaints = new Map<string, string>();

  const hold = (spec: ClusterExportSpec, record: ExportRecord) => {
    const service = serviceOf(spec);
    const exporters = services.get(service) ?? new Map<string, Held>();
    services.set(service, exporters.set(spec.cluster, { spec, record }));
    clusters.set(spec.cluster, (clusters.get(spec.cluster) ?? new Set()).add(service));
  };

  const drop = (cluster: string, service: string) => {
    services.get(service)?.delete(cluster);
    if (services.get(service)?.size === 0) services.delete(service);
    clusters.get(cluster)?.delete(service);
  };

  for (const slice of slices) {
    const spec = specOnSlice(slice);
    if (spec && spec.cluster !== settings.cluster) hold(spec, exportRecord(spec));
  }

  function take(object: ClusterExport): string | undefined {
    const read = readExport(object.spec, object.metadata);
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if ('problem' in read) {
      if (complaints.get(key) !== read.problem)
        log.warn({ object: key, problem: read.problem }, 'export on the hub ignored');
      complaints.set(key, read.problem);
      return undefined;
    }
    complaints.delete(key);
    const { cluster, namespace } = read.record;
    if (cluster === settings.cluster) return undefined;
    const spec = allMembers(state).get(cluster)?.spec;
    const service = serviceOf(object.spec);
    if (spec?.removed || !mayExport(spec?.exports, namespace)) drop(cluster, service);
    else hold(object.spec, read.record);
    return service;
  }

  function absences(cluster: string, listed: readonly ClusterExport[]): string[] {
    const hubUID = state.hubUID();
    const members = [...allMembers(state).values()].map(({ metadata, spec }) => ({
      name: metadata.name,
      removed: spec?.removed ?? false,
      // The hub's word only: a mirror's marker vouches for a list that is no longer there.
      published: caches.hubMembers.get(metadata.name)?.status?.published,
    }));
    const known = [...(clusters.get(cluster) ?? [])].map((service): KnownExport => {
      const held = services.get(service)?.get(cluster);
      return { cluster, name: hubNameOf(service), epoch: held?.spec.epoch };
    });
    if (hubUID === undefined) return [];
    const verdict = vouchedAbsences({
      hubUID,
      known,
      listed: listed.map(({ metadata, spec }) => ({ cluster, name: metadata.name, epoch: spec?.epoch })),
      members,
    });
    const [suspect] = verdict.suspect;
    if (suspect && suspects.get(cluster) !== suspect.why)
      log.warn({ cluster, why: suspect.why }, 'exports are missing on the hub and kept');
    if (suspect) suspects.set(cluster, suspect.why);
    else suspects.delete(cluster);
    const gone = verdict.dropped.map(({ name }) => serviceOfHubName(name));
    for (const service of gone) drop(cluster, service);
    return gone;
  }

  return {
    of: (service) => [...(services.get(service)?.values() ?? [])].map(({ record }) => record),
    services: () => new Set(services.keys()),
    inNamespace: (namespace) => [...services.keys()].filter((service) => service.startsWith(`${namespace}/`)),
    specOf: (cluster, service) => services.get(service)?.get(cluster)?.spec,
    put: take,
    refresh(cluster) {
      if (cluster === settings.cluster || !caches.hubSynced) return [];
      const listed = caches.hubExports.inNamespace(hubNamespace(cluster));
      const touched = listed.map(take).filter((service) => service !== undefined);
      const gone = absences(cluster, listed);
      const marker = caches.hubMembers.get(cluster)?.status?.published;
      if (marker && marker.hubUID === state.hubUID() && matches(marker, listed)) taken.set(cluster, marker.epoch);
      return [...new Set([...touched, ...gone])];
    },
    taken,
    suspects,
  };
}

/** The member whose namespace on the hub this is. */
export function exporterOf(object: ClusterExport): string | undefined {
  return memberOfHubNamespace(object.metadata.namespace ?? '');
}

function matches(marker: { readonly count: number; readonly hash: string }, listed: readonly ClusterExport[]): boolean {
  return marker.count === listed.length && marker.hash === namesHash(listed.map(({ metadata }) => metadata.name));
}

function specOnSlice({ metadata }: EndpointSlice): ClusterExportSpec | undefined {
  const text = metadata.annotations?.[ANNOTATION_EXPORT];
  if (!text) return undefined;
  try {
    const spec = JSON.parse(text) as ClusterExportSpec;
    const { namespace, name } = spec.service;
    const read = readExport(spec, { namespace: hubNamespace(spec.cluster), name: hubRecordName(namespace, name) });
    return 'record' in read && namespace === metadata.namespace ? spec : undefined;
  } catch {
    // Somebody wrote over it: the hub will say it again.
    return undefined;
  }
}

function serviceOf({ service }: ClusterExportSpec): string {
  return `${service.namespace}/${service.name}`;
}

function hubNameOf(service: string): string {
  return service.replace('/', '.');
}

function serviceOfHubName(name: string): string {
  return name.replace('.', '/');
}
