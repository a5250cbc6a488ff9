import { LABEL_MANAGED_BY, LABEL_SOURCE_CLUSTER, MANAGED_BY_MEMBER } from '#api/index.ts';

/** What is read of a `discovery.k8s.io/v1` EndpointSlice; such an object can be passed as it is. */
export interface SliceView {
  readonly metadata: {
    readonly name?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly addressType?: string;
  readonly ports?:
    | readonly { readonly name?: string | null; readonly protocol?: string; readonly port?: number | null }[]
    | null;
  readonly endpoints?:
    | readonly {
        readonly addresses: readonly string[];
        readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
        readonly nodeName?: string;
        readonly hostname?: string;
        readonly zone?: string;
        readonly hints?: {
          readonly forZones?: readonly { readonly name: string }[];
          readonly forNodes?: readonly { readonly name: string }[];
        };
      }[]
    | null;
}

/** Karmada's: on slices that it brought here from another cluster. */
export const PROVISION_CLUSTER = 'endpointslice.karmada.io/provision-cluster';

/** Writers of slices that stand for other clusters' pods. Counting those as own would export them again: a loop. */
const FOREIGN_WRITERS: ReadonlySet<string> = new Set([
  MANAGED_BY_MEMBER,
  'endpointslice-dispatch-controller.karmada.io',
  'endpointslice-mesh-controller.cilium.io',
  'lighthouse-agent.submariner.io',
]);

/**
 * Whether a slice holds this cluster's own endpoints: no multi-cluster tool (ours, Karmada's, …) imported it. Slices that a user
 * wrote for a Service without selector count. FQDN slices are never endpoints that can be called.
 */
export function isOwnSlice({ metadata, addressType = 'IPv4' }: SliceView): boolean {
  const { labels = {}, annotations = {}, deletionTimestamp } = metadata;
  if ((addressType !== 'IPv4' && addressType !== 'IPv6') || deletionTimestamp) return false;
  if (LABEL_SOURCE_CLUSTER in labels || PROVISION_CLUSTER in annotations) return false;
  return !FOREIGN_WRITERS.has(labels[LABEL_MANAGED_BY] ?? '');
}
