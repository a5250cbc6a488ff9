/** The rules of the built-in kinds that have any. */
import { type Clock, timestamp } from '#kit/index.ts';
import { isObject, type JsonObject, type KubeObject, objectOf, textOf } from '#objects/index.ts';
import { checkDefinition, hasDefinition } from '../kinds/check-definition.ts';
import { nextStatus } from '../kinds/definition-status.ts';
import { definitionsBeside } from '../kinds/definitions-beside.ts';
import { checkBinding, checkRole, withSubjectGroups } from '../rbac/check-rbac.ts';
import type { Authorizer } from '../rbac/authorizer.ts';
import { refuseEscalation } from '../rbac/escalation.ts';
import { RBAC_GROUP } from '../rbac/policy.ts';
import type { DeleteRequest } from './request.ts';
import { type KindRule, type Rules, createRules } from './rules.ts';
import { type ServiceRuleOptions, serviceRule } from './service-rule.ts';

export interface KindRuleOptions extends ServiceRuleOptions {
  readonly clock: Clock;
  /** Whether a group has a kind of this name that no definition may take. */
  readonly isBuiltin: (group: string, plural: string, kind: string) => boolean;
  readonly authorizer: Authorizer;
}

export function builtinRules(options: KindRuleOptions): Rules {
  return createRules({
    services: serviceRule(options),
    pods: { prepare: preparePod, graceSeconds: podGrace },
    namespaces: namespaceRule,
    'deployments.apps': { prepare: withRollingDefaults },
    'customresourcedefinitions.apiextensions.k8s.io': {
      prepare: (crd, before, subresource) =>
        subresource || !hasDefinition(crd)
          ? crd
          : {
              ...crd,
              status: nextStatus(
                { ...crd, status: before?.status },
                definitionsBeside(options.store, crd),
                timestamp(options.clock),
              ),
            },
      check: (crd, before) => checkDefinition(crd, before, options.isBuiltin),
      isEmptiedFirst: () => true,
    },
    secrets: { prepare: joinStringData },
    ...rbacRules(options.authorizer),
  });
}

function rbacRules(authorizer: Authorizer): Record<string, KindRule> {
  const admit: KindRule['admit'] = (asked, object, before, { user }) => {
    if (user) refuseEscalation(authorizer, asked, object, before, user);
  };
  const role = (isNamespaced: boolean): KindRule => ({ admit, check: (object) => checkRole(object, isNamespaced) });
  const binding = (isNamespaced: boolean): KindRule => ({
    admit,
    prepare: withSubjectGroups,
    check: (object, before) => checkBinding(object, before, isNamespaced),
  });
  return {
    [`roles.${RBAC_GROUP}`]: role(true),
    [`clusterroles.${RBAC_GROUP}`]: role(false),
    [`rolebindings.${RBAC_GROUP}`]: binding(true),
    [`clusterrolebindings.${RBAC_GROUP}`]: binding(false),
  };
}

const namespaceRule: KindRule = {
  prepare(namespace, before, subresource) {
    if (subresource === 'finalize') return namespace;
    const metadata = namespace.metadata as JsonObject;
    if (metadata.labels !== undefined && !isObject(metadata.labels)) return namespace;
    const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
    return {
      ...namespace,
      metadata: { ...metadata, labels },
      spec: before ? before.spec : { finalizers: ['kubernetes'] },
    };
  },
  isEmptiedFirst: ({ spec }: KubeObject & { spec?: { finalizers?: readonly string[] } }) =>
    Boolean(spec?.finalizers?.length),
  whyNeeded: ({ metadata: { name } }) =>
    ['default', 'kube-system', 'kube-public'].includes(name) ? 'this namespace may not be deleted' : undefined,
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
  const isText = Object.values(stringData).every((value) => typeof value === 'string');
  if (!isText || (rest.data !== undefined && !isObject(rest.data))) return secret; // the schema says what is wrong
  const encoded = objectOf(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(textOf(value)).toString('base64')]),
  );
  return { ...rest, data: { ...rest.data, ...encoded } };
}
