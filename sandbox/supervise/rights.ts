/** What each process of a sandbox may do in an API server: sealane's own roles as on real clusters, and a role for each of the sandbox's. */
import { rbac } from '#api/index.ts';
import type { KubeObject } from '#objects/index.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** As whom the sandbox's own processes come. */
export const sandboxUser = (process: Process) => `system:sandbox:${process}`;

type Process = 'kubelet' | 'cluster-dns' | 'propagation';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete'];
const RBAC = 'rbac.authorization.k8s.io';

/** Namespaces first, and roles before what binds them. */
export function memberRights(): KubeObject[] {
  return [
    ...rbac({ role: 'member' }),
    ...granted('kubelet', KUBELET),
    ...granted('cluster-dns', CLUSTER_DNS),
    ...granted('propagation', PROPAGATION_TO_MEMBER),
  ];
}

export function hubRights(members: readonly string[]): KubeObject[] {
  return [
    ...rbac({ role: 'hub' }),
    ...members.flatMap((member) => rbac({ role: 'hub', member })),
    ...granted('propagation', PROPAGATION_ON_HUB),
  ];
}

/** Kubelet, scheduler and the controllers of workloads are one process. */
const KUBELET: readonly Rule[] = [
  allow('', ['pods'], [...READ, ...WRITE]),
  allow('', ['pods/binding'], ['create']),
  allow('', ['pods/status', 'nodes/status'], ['patch']),
  allow('', ['nodes'], [...READ, 'create']),
  allow('', ['namespaces'], ['create']),
  allow('', ['events'], ['create', 'patch']),
  allow('', ['secrets', 'configmaps'], ['get']),
  allow('', ['services'], READ),
  allow('coordination.k8s.io', ['leases'], ['get', 'create', 'patch']),
  allow('discovery.k8s.io', ['endpointslices'], [...READ, ...WRITE]),
  allow('apps', ['deployments', 'replicasets', 'statefulsets', 'controllerrevisions'], [...READ, ...WRITE]),
  allow('apps', ['deployments/status', 'replicasets/status', 'statefulsets/status'], ['patch']),
];

const CLUSTER_DNS: readonly Rule[] = [
  allow('', ['services', 'namespaces'], READ),
  allow('discovery.k8s.io', ['endpointslices'], READ),
];

/** It brings whatever a policy selects, of any kind; roles it may only bring if it holds what they grant. */
const PROPAGATION_TO_MEMBER: readonly Rule[] = [allow('*', ['*'], [...READ, ...WRITE])];

const PROPAGATION_ON_HUB: readonly Rule[] = [
  allow('*', ['*'], [...READ, 'patch']),
  ...['policy.karmada.io', 'work.karmada.io', 'cluster.karmada.io'].map((group) =>
    allow(group, ['*'], [...READ, ...WRITE]),
  ),
  allow('*', ['*/status'], ['update', 'patch']),
];

function allow(group: string, resources: readonly string[], verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources, verbs };
}

function granted(process: Process, rules: readonly Rule[]): KubeObject[] {
  const metadata = { name: sandboxUser(process) };
  const apiVersion = `${RBAC}/v1`;
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: metadata.name };
  const subjects = [{ apiGroup: RBAC, kind: 'User', name: metadata.name }];
  const role = { apiVersion, kind: 'ClusterRole', metadata, rules };
  const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects };
  return [role, binding];
}
