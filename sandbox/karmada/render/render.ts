/** What a member gets of a template. Pure. */
import { asJson, canonical, keyOf, type ResourceType } from '#objects/index.ts';
import {
  CLAIM_ID,
  CLAIM_NAME,
  CLAIM_NAMESPACE,
  CLUSTER_CLAIM_ID,
  CLUSTER_CLAIM_NAME,
  MANAGED,
  RENDERED,
  RETAIN_REPLICAS,
  TEMPLATE_GENERATION,
  TEMPLATE_UID,
  WORK_NAME,
  WORK_NAMESPACE,
} from '../names.ts';
import { fnv32a } from '../placement/webster.ts';
import type { AnyObject, ResourceBinding, TargetCluster } from '../types.ts';
import { replicasOf } from './replicas.ts';

const ON_HUB_ONLY = [
  CLAIM_NAMESPACE,
  CLAIM_NAME,
  CLUSTER_CLAIM_NAME,
  'kubectl.kubernetes.io/last-applied-configuration',
];

export interface RenderOptions {
  /** As the member has it: replicas that an autoscaler of the member owns stay as they are there. */
  readonly present?: AnyObject | undefined;
  /** What the cluster's own rules make of it; by default nothing else. */
  readonly override?: (object: AnyObject) => AnyObject;
}

/** In Karmada's order: the share of replicas, then the overrides, then Karmada's own marks. */
export function render(
  template: AnyObject,
  binding: ResourceBinding,
  target: TargetCluster,
  { present, override = (object) => object }: RenderOptions = {},
): AnyObject {
  const { uid = '', generation = 1, labels = {} } = template.metadata;
  const { metadata, ...body } = override(shareOf(template, target));
  const retained = present && labels[RETAIN_REPLICAS] === 'true' ? replicasOf(present) : undefined;
  const marked = {
    ...metadata,
    labels: { ...metadata.labels, [MANAGED]: 'true' },
    annotations: {
      ...metadata.annotations,
      [TEMPLATE_UID]: uid,
      [TEMPLATE_GENERATION]: String(generation),
      [WORK_NAME]: binding.metadata.name,
      [WORK_NAMESPACE]: `karmada-es-${target.name}`,
    },
  };
  const source = { ...(retained === undefined ? body : withReplicas(body, 0)), metadata: marked };
  const hash = fnv32a(canonical(asJson(source))).toString(16);
  return {
    ...withReplicas(body, retained),
    metadata: { ...marked, annotations: { ...marked.annotations, [RENDERED]: hash } },
  };
}

/** A template without what only the hub knows, with this cluster's replicas. */
function shareOf(template: AnyObject, target: TargetCluster): AnyObject {
  const { name, namespace, labels = {}, annotations = {} } = template.metadata;
  const { metadata: _, status: __, ...rest } = template;
  return {
    ...withReplicas(withoutAllocated(rest), target.replicas ?? replicasOf(template)),
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: without(labels, [CLAIM_ID, CLUSTER_CLAIM_ID]),
      annotations: without(annotations, ON_HUB_ONLY),
    },
  };
}

/** A hub's namespace as a member gets it. */
export function renderNamespace({ metadata: { name, labels = {}, annotations = {} } }: AnyObject): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...labels, [MANAGED]: 'true' }, annotations: without(annotations, ON_HUB_ONLY) },
  };
}

export function isManaged({ metadata: { labels } }: AnyObject): boolean {
  return labels?.[MANAGED] === 'true';
}

/** `Deployment httpbin/httpbin` for messages. */
export function subjectOf({ kind }: Pick<ResourceType, 'kind'>, object: AnyObject): string {
  return `${kind} ${keyOf(object)}`;
}

type Body = Omit<AnyObject, 'metadata' | 'status'>;

/** Each member gives a Service an address of its own; a headless one says so itself. */
function withoutAllocated(body: Body): Body {
  if (body.kind !== 'Service' || body.apiVersion !== 'v1' || body.spec?.['clusterIP'] === 'None') return body;
  return { ...body, spec: without(body.spec ?? {}, ['clusterIP', 'clusterIPs']) };
}

function withReplicas(body: Body, replicas: number | undefined): Body {
  return replicas === undefined ? body : { ...body, spec: { ...body.spec, replicas } };
}

function without<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
