/**
 * Namespace, accounts and rights of sealane's processes: no more than each of them asks for. A member may read what all members
 * publish, and write its own namespace and its own status on the hub.
 */
import type { KubeObject } from '#objects/index.ts';
import {
  CLUSTER_EXPORTS,
  CONFIG_MAPS,
  ENDPOINT_SLICES,
  EVENTS,
  GLOBAL_TRAFFIC_POLICIES,
  KARMADA_BINDINGS,
  KARMADA_CLUSTER_BINDINGS,
  KARMADA_CLUSTERS,
  LEASES,
  MEMBER_CLUSTERS,
  NAMESPACES,
  NODES,
  PODS,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  SERVICES,
} from '../resources.ts';
import {
  hubNamespace,
  LABEL_MEMBER,
  LABEL_SKIP_PROPAGATION,
  MCS_GROUP,
  SEALANE_GROUP,
  SYSTEM_NAMESPACE,
} from '../names.ts';
import type { Role } from './crds.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface RbacRequest {
  readonly role: Role;
  /** On the hub: also this member's namespace, account and rights. */
  readonly member?: string;
  /** In a member whose process makes derived Services: it may write Services. */
  readonly derivedServices?: boolean;
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete'];
/** Events: written and counted up, never read. */
const TELL = ['create', 'patch'];
const FLOMESH_GROUPS = ['flomesh.io', 'multicluster.flomesh.io'];
/** As whom a process comes, with a token of its ServiceAccount or a certificate in its name. */
export const users = {
  member: userName('sealane-member', SYSTEM_NAMESPACE),
  agent: userName('sealane-agent', SYSTEM_NAMESPACE),
  hub: userName('sealane-hub', SYSTEM_NAMESPACE),
  /** A member, on the hub. */
  memberOnHub: (member: string): string => userName('sealane-member', hubNamespace(member)),
};

function userName(account: string, namespace: string): string {
  return `system:serviceaccount:${namespace}:${account}`;
}

const SERVICE_ACCOUNT = { member: 'sealane-member', agent: 'sealane-agent', hub: 'sealane-hub' };

export function rbac({ role, member, derivedServices = false }: RbacRequest): KubeObject[] {
  if (role === 'member') return [namespace(SYSTEM_NAMESPACE), ...memberRights(derivedServices), ...agentRights()];
  return [namespace(SYSTEM_NAMESPACE), ...hubRights(), ...(member ? hubRightsOf(member) : [])];
}

function memberRights(derivedServices: boolean): KubeObject[] {
  const rules: Rule[] = [
    allow([SERVICES, NAMESPACES, NODES], READ),
    ...(derivedServices ? [allow([SERVICES], WRITE)] : []),
    allow([ENDPOINT_SLICES], [...READ, ...WRITE]),
    allow([SERVICE_EXPORTS, GLOBAL_TRAFFIC_POLICIES], READ),
    {
      apiGroups: [MCS_GROUP],
      resources: ['serviceexports/status', 'serviceimports/status'],
      verbs: ['update', 'patch'],
    },
    {
      apiGroups: [SEALANE_GROUP],
      resources: ['globaltrafficpolicies/status', 'memberclusters/status'],
      verbs: ['update', 'patch'],
    },
    allow([SERVICE_IMPORTS], [...READ, ...WRITE]),
    allow([CLUSTER_EXPORTS, MEMBER_CLUSTERS], [...READ, ...WRITE]),
    allow([EVENTS], TELL),
    { apiGroups: FLOMESH_GROUPS, resources: ['serviceexports', 'globaltrafficpolicies', 'clusters'], verbs: READ },
    {
      apiGroups: FLOMESH_GROUPS,
      resources: ['serviceexports/status', 'globaltrafficpolicies/status', 'clusters/status'],
      verbs: ['update', 'patch'],
    },
  ];
  const own: Rule[] = [
    allow([LEASES], ['get', 'list', 'watch', 'create', 'update', 'patch']),
    allow([CONFIG_MAPS], [...READ, 'create', 'update', 'patch']),
  ];
  return [
    ...account(SERVICE_ACCOUNT.member, SYSTEM_NAMESPACE),
    ...clusterRole(SERVICE_ACCOUNT.member, rules),
    ...localRole(SERVICE_ACCOUNT.member, SYSTEM_NAMESPACE, own),
  ];
}

function agentRights(): KubeObject[] {
  const rules: Rule[] = [
    allow([SERVICES, NAMESPACES, NODES], READ),
    { apiGroups: [''], resources: ['services/status'], verbs: ['patch'] },
    allow([PODS], ['get', 'list']), // `sealane trace`: the node of the caller, named by itself or by its Deployment
    allow([ENDPOINT_SLICES], READ),
    allow([SERVICE_EXPORTS, SERVICE_IMPORTS], READ), // exports: `sealane status` shows them
    allow([CLUSTER_EXPORTS, MEMBER_CLUSTERS, GLOBAL_TRAFFIC_POLICIES], READ),
    { apiGroups: FLOMESH_GROUPS, resources: ['serviceexports', 'globaltrafficpolicies', 'clusters'], verbs: READ },
    allow([EVENTS], TELL),
  ];
  const own: Rule[] = [allow([LEASES], [...READ, 'create', 'update', 'patch', 'delete'])]; // and those of the gateways, for their verdicts
  return [
    ...account(SERVICE_ACCOUNT.agent, SYSTEM_NAMESPACE),
    ...clusterRole(SERVICE_ACCOUNT.agent, rules),
    ...localRole(SERVICE_ACCOUNT.agent, SYSTEM_NAMESPACE, own),
  ];
}

function hubRights(): KubeObject[] {
  const rules: Rule[] = [
    allow([NAMESPACES], [...READ, 'create', 'update', 'patch']),
    allow([MEMBER_CLUSTERS], [...READ, 'create', 'update', 'patch']),
    allow([CLUSTER_EXPORTS], [...READ, 'delete']),
    allow([KARMADA_CLUSTERS], READ),
    // What leaves a cluster is held until it is drained.
    allow([KARMADA_BINDINGS, KARMADA_CLUSTER_BINDINGS], [...READ, 'patch']),
  ];
  return [
    ...account(SERVICE_ACCOUNT.hub, SYSTEM_NAMESPACE),
    ...clusterRole(SERVICE_ACCOUNT.hub, rules),
    ...localRole(SERVICE_ACCOUNT.hub, SYSTEM_NAMESPACE, [allow([LEASES], ['get', 'create', 'update', 'patch'])]),
  ];
}

/** A member's rights on the hub: read all that is published, write its own. */
function hubRightsOf(member: string): KubeObject[] {
  const name = `sealane-member-${member}`;
  const rules: Rule[] = [
    allow([CLUSTER_EXPORTS, MEMBER_CLUSTERS], READ),
    { ...allow([NAMESPACES], ['get']), resourceNames: ['kube-system', hubNamespace(member)] },
    allow([MEMBER_CLUSTERS, NAMESPACES], ['create']),
    {
      apiGroups: [SEALANE_GROUP],
      resources: ['memberclusters/status'],
      verbs: ['update', 'patch'],
      resourceNames: [member],
    },
  ];
  const own: Rule[] = [allow([CLUSTER_EXPORTS], [...READ, ...WRITE])];
  const labels = { [LABEL_MEMBER]: member, [LABEL_SKIP_PROPAGATION]: 'true' };
  return [
    namespace(hubNamespace(member), labels),
    ...account(SERVICE_ACCOUNT.member, hubNamespace(member)),
    ...clusterRole(name, rules, { name: SERVICE_ACCOUNT.member, namespace: hubNamespace(member) }),
    ...localRole(SERVICE_ACCOUNT.member, hubNamespace(member), own),
  ];
}

function allow(types: readonly { readonly group: string; readonly plural: string }[], verbs: readonly string[]): Rule {
  return {
    apiGroups: [...new Set(types.map((type) => type.group))],
    resources: types.map((type) => type.plural),
    verbs,
  };
}

function namespace(name: string, labels?: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...(labels && { labels }) } };
}

function account(name: string, inNamespace: string): KubeObject[] {
  return [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: inNamespace } }];
}

const RBAC = 'rbac.authorization.k8s.io';

function clusterRole(
  name: string,
  rules: readonly Rule[],
  subject = { name, namespace: SYSTEM_NAMESPACE },
): KubeObject[] {
  return bound({ kind: 'ClusterRole', binding: 'ClusterRoleBinding', metadata: { name } }, rules, subject);
}

function localRole(name: string, inNamespace: string, rules: readonly Rule[]): KubeObject[] {
  const metadata = { name, namespace: inNamespace };
  return bound({ kind: 'Role', binding: 'RoleBinding', metadata }, rules, metadata);
}

function bound(
  { kind, binding, metadata }: { kind: string; binding: string; metadata: { name: string; namespace?: string } },
  rules: readonly Rule[],
  subject: { readonly name: string; readonly namespace: string },
): KubeObject[] {
  const role = { apiVersion: `${RBAC}/v1`, kind, metadata, rules };
  const subjects = [{ kind: 'ServiceAccount', ...subject }];
  const grant = {
    apiVersion: `${RBAC}/v1`,
    kind: binding,
    metadata,
    roleRef: { apiGroup: RBAC, kind, name: metadata.name },
    subjects,
  };
  return [role, grant];
}
