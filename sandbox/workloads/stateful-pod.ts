/** A StatefulSet's pod: its name, and the names that others know it by. Pure. */
import type { Pod, PodTemplate, StatefulSet } from './kinds.ts';

const REVISION = 'controller-revision-hash';

export function statefulPod(
  { apiVersion, kind, metadata, spec }: StatefulSet,
  ordinal: number,
  { template, revision }: { readonly template: PodTemplate; readonly revision: string },
): Pod {
  const { namespace, uid = '' } = metadata;
  const name = `${metadata.name}-${ordinal}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name,
      labels: {
        ...template.metadata?.labels,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
        [REVISION]: revision,
      },
      annotations: template.metadata?.annotations,
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid, controller: true, blockOwnerDeletion: true }],
    },
    // With the Service's name as subdomain it is found as <pod>.<service>.
    spec: { ...template.spec, hostname: name, ...(spec.serviceName ? { subdomain: spec.serviceName } : {}) },
  };
}

/** -1 when its name has none. */
export function ordinalOf({ metadata }: Pod): number {
  return Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? -1);
}

export function revisionOf({ metadata }: Pod): string | undefined {
  return metadata.labels?.[REVISION];
}
