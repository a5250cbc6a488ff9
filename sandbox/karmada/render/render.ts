/** What a member gets of a template. Pure. */
import { canonical, type Json, type ResourceType } from '#objects/index.ts';
import {
  CLAIM_ID,
  CLAIM_NAME,
  CLAIM_NAMESPACE,
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

const ON_HUB_ONLY = [CLAIM_NAMESPACE, CLAIM_NAME, 'kubectl.kubernetes.io/last-applied-configuration'];

/** @param present as the member has it: replicas that an autoscaler of the member owns stay as they are there */
export function render(
  template: AnyObject,
  binding: ResourceBinding,
  target: TargetCluster,
  present?: AnyObject,
): AnyObject {
  const { name, namespace, labels = {}, annotations = {}, uid = '', generation = 1 } = template.metadata;
  const { metadata: _, status: __, ...rest } = template;
  const body = withoutAllocated(rest);
  const retained = present && labels[RETAIN_REPLICAS] === 'true' ? replicasOf(present) : undefined;
  const ours = {
    [TEMPLATE_UID]: uid,
    [TEMPLATE_GENERATION]: String(generation),
    [WORK_NAME]: binding.metadata.name,
    [WORK_NAMESPACE]: `karmada-es-${target.name}`,
  };
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...without(labels, [CLAIM_ID]), [MANAGED]: 'true' },
    annotations: { ...without(annotations, ON_HUB_ONLY), ...ours },
  };
  const source = { ...body, metadata, replicas: retained === undefined ? target.replicas : undefined };
  const hash = fnv32a(canonical(source as unknown as Json)).toString(16);
  return {
    ...withReplicas(body, retained ?? target.replicas ?? replicasOf(template)),
    metadata: { ...metadata, annotations: { ...metadata.annotations, [RENDERED]: hash } },
  } as AnyObject;
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
export function subjectOf({ kind }: Pick<ResourceType, 'kind'>, { metadata: { namespace, name } }: AnyObject): string {
  return `${kind} ${namespace}/${name}`;
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
