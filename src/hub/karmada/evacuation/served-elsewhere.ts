/** Whether what a member exports would be served without it. Pure. */
import { type ClusterExport, hubNamespace, type MemberCluster } from '#api/index.ts';

export interface ServedView {
  readonly cluster: string;
  readonly members: readonly MemberCluster[];
  /** Of all members, as on the hub. */
  readonly records: readonly ClusterExport[];
  /** Members that are being evacuated too: nobody's substitute. */
  readonly leaving: (member: string) => boolean;
}

/**
 * What is ready there and nowhere else, as `demo/web 80/TCP`: a port counts as served by a member that stays, has an endpoint ready,
 * and whose export every importer has taken in.
 */
export function servedOnlyThere({ cluster, members, records, leaving }: ServedView): string[] {
  const present = members.filter(({ spec }) => !spec?.removed);
  const substitutes = present.filter(
    ({ metadata, spec }) => metadata.name !== cluster && !spec?.drain && !leaving(metadata.name),
  );
  const known = records.filter(
    ({ spec, metadata }) =>
      substitutes.some(
        (one) => one.metadata.name === spec.cluster && metadata.namespace === hubNamespace(spec.cluster),
      ) && isKnown(spec, present),
  );
  return records
    .filter(({ spec, metadata }) => spec.cluster === cluster && metadata.namespace === hubNamespace(cluster))
    .filter(({ spec }) => spec.withdrawn === undefined)
    .flatMap(({ spec }) =>
      spec.ports
        .filter((port) => port.ready > 0 && !known.some((other) => serves(other.spec, spec, port)))
        .map(({ port, protocol }) => `${spec.service.namespace}/${spec.service.name} ${port}/${protocol}`),
    );
}

type Spec = ClusterExport['spec'];

function isKnown({ cluster, epoch = 0, withdrawn }: Spec, importers: readonly MemberCluster[]): boolean {
  if (withdrawn !== undefined) return false;
  return importers.every(
    ({ metadata, status }) => metadata.name === cluster || (status?.observed?.[cluster] ?? 0) >= epoch,
  );
}

/** Ports are merged by name, then by number. */
function serves({ service, ports }: Spec, wanted: Spec, port: Spec['ports'][number]): boolean {
  if (service.namespace !== wanted.service.namespace || service.name !== wanted.service.name) return false;
  return ports.some(
    (one) =>
      one.ready > 0 &&
      one.protocol === port.protocol &&
      ((one.name ?? '') === (port.name ?? '') || one.port === port.port),
  );
}
