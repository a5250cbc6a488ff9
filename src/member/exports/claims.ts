/** Who asks for a service to be exported: the standard ServiceExport, or one of the ancestors'. One of them is heard. */
import { ANNOTATION_EXPORT_TO, type ServiceExport } from '#api/index.ts';
import { type Claim, choose, type Chosen, type FlomeshServiceExport, readServiceExport } from '#compat/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import type { Problem } from '#plan/index.ts';
import type { Caches } from '../caches.ts';

/** What an export asks for, whichever kind it is written as. */
export interface ExportClaim {
  readonly object: KubeObject;
  readonly type: ResourceType;
  readonly exportedLabels: Readonly<Record<string, string>>;
  readonly exportedAnnotations: Readonly<Record<string, string>>;
  /** Absent: every port of the Service. */
  readonly portNumbers?: readonly number[];
  /** Absent: every member. */
  readonly targetClusters?: readonly string[];
  readonly problems: readonly Problem[];
}

/** @param service `namespace/name` */
export function exportClaims(caches: Caches, service: string, mcsType: ResourceType): Chosen<ExportClaim> | undefined {
  const standard = caches.serviceExports.get(service);
  const claims: Claim<ExportClaim>[] = caches.flomeshExports.flatMap(({ type, cache }) => {
    const object = cache.get(service);
    return object && alive(object) ? [ancestorClaim(object, type)] : [];
  });
  if (standard && alive(standard))
    claims.push({ origin: 'multicluster.x-k8s.io', value: standardClaim(standard, mcsType) });
  return choose(claims);
}

function standardClaim(object: ServiceExport, type: ResourceType): ExportClaim {
  const targets = object.metadata.annotations?.[ANNOTATION_EXPORT_TO];
  return {
    object,
    type,
    exportedLabels: object.spec?.exportedLabels ?? {},
    exportedAnnotations: object.spec?.exportedAnnotations ?? {},
    // Written down but empty: for nobody, not for all.
    ...(targets !== undefined && { targetClusters: words(targets) }),
    problems: [],
  };
}

function ancestorClaim(object: FlomeshServiceExport, type: ResourceType): Claim<ExportClaim> {
  const origin = type.group === 'flomesh.io' ? 'flomesh.io' : 'multicluster.flomesh.io';
  return { origin, value: { object, type, exportedLabels: {}, exportedAnnotations: {}, ...readServiceExport(object) } };
}

function alive({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined;
}

function words(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
