/** The rules of the built-in kinds that have any. */
import { type Clock, timestamp } from '#kit/index.ts';
import { isObject, type JsonObject, type KubeObject } from '#objects/index.ts';
import { checkDefinition, establishedStatus } from '../kinds/custom.ts';
import type { DeleteRequest } from './request.ts';
import { type KindRule, type Rules, createRules } from './rules.ts';
import { type ServiceRuleOptions, serviceRule } from './service-rule.ts';

export function builtinRules(options: ServiceRuleOptions & { readonly clock: Clock }): Rules {
  return createRules({
    services: serviceRule(options),
    pods: { prepare: preparePod, graceSeconds: podGrace },
    namespaces: namespaceRule,
    'deployments.apps': { prepare: withRollingDefaults },
    'customresourcedefinitions.apiextensions.k8s.io': {
      prepare: (crd, _, subresource) =>
        subresource ? crd : { ...crd, status: establishedStatus(crd, timestamp(options.clock)) },
      check: checkDefinition,
    },
    secrets: { prepare: joinStringData },
  });
}

const namespaceRule: KindRule = {
  prepare(namespace) {
    const metadata = namespace.metadata as JsonObject;
    const labels = { ...(metadata.labels as JsonObject), 'kubernetes.io/metadata.name': metadata.name };
    return { ...namespace, metadata: { ...metadata, labels }, spec: { finalizers: ['kubernetes'] } };
  },
  isEmptiedFirst: true,
};

function preparePod(pod: JsonObject, before: JsonObject | undefined): JsonObject {
  if (before) return pod;
  return { ...pod, status: { phase: 'Pending', qosClass: 'BestEffort' } };
}

/** A pod that runs somewhere is ended by its kubelet first, which then deletes it with no grace. */
function podGrace(pod: KubeObject, { graceSeconds }: DeleteRequest): number {
  const { spec = {}, status = {} } = pod as KubeObject & { spec?: JsonObject; status?: JsonObject };
  const isOver = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (!spec.nodeName || isOver) return 0;
  return graceSeconds ?? Number(spec.terminationGracePeriodSeconds ?? 30);
}

function withRollingDefaults(deployment: JsonObject): JsonObject {
  const spec = isObject(deployment.spec) ? deployment.spec : {};
  const strategy = isObject(spec.strategy) ? spec.strategy : {};
  if (strategy.type !== 'RollingUpdate') return deployment;
  const rollingUpdate = {
    maxSurge: '25%',
    maxUnavailable: '25%',
    ...(strategy.rollingUpdate as JsonObject | undefined),
  };
  return { ...deployment, spec: { ...spec, strategy: { ...strategy, rollingUpdate } } };
}

function joinStringData(secret: JsonObject): JsonObject {
  if (!isObject(secret.stringData)) return secret;
  const { stringData, ...rest } = secret;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  return { ...rest, data: { ...(rest.data as JsonObject), ...Object.fromEntries(encoded) } };
}
