/** ServiceExport of the Multi-Cluster Services API, as a type. Source: KEP-1645, kubernetes-sigs/mcs-api v0.5.2. */
import type { Condition, Meta } from '#objects/index.ts';

export interface ServiceExport {
  readonly apiVersion: string;
  readonly kind: 'ServiceExport';
  readonly metadata: Meta;
  readonly spec?: {
    readonly exportedLabels?: Readonly<Record<string, string>>;
    readonly exportedAnnotations?: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}
