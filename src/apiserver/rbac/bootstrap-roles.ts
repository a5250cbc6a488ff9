/**
 * Roles that every cluster has from the start, with the names and the meaning they have in Kubernetes, for the kinds served here.
 * Source: "Default roles and role bindings" of Kubernetes' documentation.
 */
import type { JsonObject } from '#objects/index.ts';
import { AUTHENTICATED, MASTERS, type PolicyRule, RBAC_GROUP, UNAUTHENTICATED } from './policy.ts';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const INFO = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

const allow = (verbs: readonly string[], group: string, ...resources: string[]): PolicyRule => ({
  verbs,
  apiGroups: [group],
  resources,
});
const urls = (...nonResourceURLs: string[]): PolicyRule => ({ verbs: ['get'], nonResourceURLs });

const VIEW: readonly PolicyRule[] = [
  allow(READ, '', 'pods', 'pods/log', 'pods/status', 'serviceaccounts', 'services', 'services/status'),
  allow(READ, '', 'endpoints', 'configmaps', 'namespaces', 'namespaces/status', 'events'),
  allow(READ, 'events.k8s.io', 'events'),
  allow(READ, 'discovery.k8s.io', 'endpointslices'),
  allow(READ, 'apps', ...scaled('deployments'), ...scaled('replicasets'), ...scaled('statefulsets')),
  allow(READ, 'autoscaling', 'horizontalpodautoscalers', 'horizontalpodautoscalers/status'),
];

const EDIT: readonly PolicyRule[] = [
  allow(READ, '', 'pods/exec', 'secrets'),
  allow(['impersonate'], '', 'serviceaccounts'),
  allow(WRITE, '', 'pods', 'pods/exec', 'serviceaccounts', 'services', 'configmaps', 'secrets', 'events'),
  allow(['create'], '', 'pods/eviction', 'serviceaccounts/token'),
  allow(WRITE, 'events.k8s.io', 'events'),
  allow(WRITE, 'apps', ...['deployments', 'replicasets', 'statefulsets'].flatMap((it) => [it, `${it}/scale`])),
  allow(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
  allow([...READ, ...WRITE], 'coordination.k8s.io', 'leases'),
];

const ADMIN: readonly PolicyRule[] = [
  allow(['create'], 'authorization.k8s.io', 'localsubjectaccessreviews'),
  allow([...READ, ...WRITE], RBAC_GROUP, 'roles', 'rolebindings'),
];

const ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cluster-admin': [allow(['*'], '*', '*'), { verbs: ['*'], nonResourceURLs: ['*'] }],
  'system:discovery': [urls(...INFO, '/openapi', '/openapi/*', '/api', '/api/*', '/apis', '/apis/*')],
  'system:public-info-viewer': [urls(...INFO)],
  'system:basic-user': [
    allow(['create'], 'authorization.k8s.io', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
    allow(['create'], 'authentication.k8s.io', 'selfsubjectreviews'),
  ],
};

const GATHERED = { view: VIEW, edit: EDIT, admin: ADMIN };

const BINDINGS: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': [MASTERS],
  'system:discovery': [AUTHENTICATED],
  'system:basic-user': [AUTHENTICATED],
  'system:public-info-viewer': [AUTHENTICATED, UNAUTHENTICATED],
};

export function bootstrapRoles(): JsonObject[] {
  const plain = Object.entries(ROLES).map(([name, rules]) => ({ metadata: metadata(name), rules }));
  return [
    ...plain,
    ...Object.entries(GATHERED).flatMap(([name, rules]) => gathering(name, rules)),
  ] as unknown as JsonObject[];
}

export function bootstrapBindings(): JsonObject[] {
  return Object.entries(BINDINGS).map(([name, groups]) => ({
    metadata: metadata(name),
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name },
    subjects: groups.map((group) => ({ kind: 'Group', apiGroup: RBAC_GROUP, name: group })),
  }));
}

/** `edit` holds what `view` holds and more, `admin` what `edit` holds; roles of custom kinds can join by the same labels. */
function gathering(name: string, rules: readonly PolicyRule[]): object[] {
  const label = (to: string) => ({ [`${RBAC_GROUP}/aggregate-to-${to}`]: 'true' });
  const above = { view: 'edit', edit: 'admin' }[name];
  return [
    {
      metadata: metadata(name, above ? label(above) : {}),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: label(name) }] },
      rules: [],
    },
    { metadata: metadata(`system:aggregate-to-${name}`, label(name)), rules },
  ];
}

function metadata(name: string, labels: Readonly<Record<string, string>> = {}): JsonObject {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
}

function scaled(plural: string): string[] {
  return [plural, `${plural}/status`, `${plural}/scale`];
}
