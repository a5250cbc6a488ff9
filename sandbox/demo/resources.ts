/** The objects of the demonstration. */
import type { KubeObject, ResourceType } from '#objects/index.ts';

export const CALLER = 'cluster-2';
export const SERVERS = ['cluster-1', 'cluster-3'] as const;
export const URL_CALLED = 'http://httpbin.httpbin:8080';
export const HTTPBIN = { namespace: 'httpbin', name: 'httpbin' } as const;
export const CURL = { namespace: 'curl', name: 'curl' } as const;
export const PORT = 8080;

const flomesh = (plural: string, kind: string): ResourceType => ({
  group: 'flomesh.io',
  version: 'v1alpha1',
  plural,
  kind,
  namespaced: true,
});

export const EXPORTS = flomesh('serviceexports', 'ServiceExport');
export const TRAFFIC_POLICIES = flomesh('globaltrafficpolicies', 'GlobalTrafficPolicy');

/** On a member's object: the template's generation that it was made from (Karmada). */
export const TEMPLATE_GENERATION = 'resourcetemplate.karmada.io/generation';

export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export interface Workload extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

export function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some((it) => it.type === 'Ready' && it.status === 'True') ?? false;
  return ready && !metadata.deletionTimestamp;
}
