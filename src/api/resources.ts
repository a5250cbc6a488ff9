/** The resources sealane reads or writes, as data: enough to build their paths. */
import type { ResourceType } from '#objects/index.ts';
import { MCS_GROUP, SEALANE_GROUP } from './names.ts';

function resource(group: string, version: string, plural: string, kind: string, namespaced = true): ResourceType {
  return { group, version, plural, kind, namespaced };
}

// Kubernetes
export const NAMESPACES = resource('', 'v1', 'namespaces', 'Namespace', false);
export const NODES = resource('', 'v1', 'nodes', 'Node', false);
export const SERVICES = resource('', 'v1', 'services', 'Service');
export const PODS = resource('', 'v1', 'pods', 'Pod');
export const CONFIG_MAPS = resource('', 'v1', 'configmaps', 'ConfigMap');
export const SECRETS = resource('', 'v1', 'secrets', 'Secret');
export const EVENTS = resource('', 'v1', 'events', 'Event');
export const ENDPOINT_SLICES = resource('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice');
export const LEASES = resource('coordination.k8s.io', 'v1', 'leases', 'Lease');
export const DEPLOYMENTS = resource('apps', 'v1', 'deployments', 'Deployment');
export const REPLICA_SETS = resource('apps', 'v1', 'replicasets', 'ReplicaSet');
export const STATEFUL_SETS = resource('apps', 'v1', 'statefulsets', 'StatefulSet');
export const CONTROLLER_REVISIONS = resource('apps', 'v1', 'controllerrevisions', 'ControllerRevision');
const RBAC_GROUP = 'rbac.authorization.k8s.io';
export const SERVICE_ACCOUNTS = resource('', 'v1', 'serviceaccounts', 'ServiceAccount');
export const ROLES = resource(RBAC_GROUP, 'v1', 'roles', 'Role');
export const ROLE_BINDINGS = resource(RBAC_GROUP, 'v1', 'rolebindings', 'RoleBinding');
export const CLUSTER_ROLES = resource(RBAC_GROUP, 'v1', 'clusterroles', 'ClusterRole', false);
export const CLUSTER_ROLE_BINDINGS = resource(RBAC_GROUP, 'v1', 'clusterrolebindings', 'ClusterRoleBinding', false);
export const CRDS = resource(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);

// Multi-Cluster Services API
export const SERVICE_EXPORTS = resource(MCS_GROUP, 'v1beta1', 'serviceexports', 'ServiceExport');
export const SERVICE_IMPORTS = resource(MCS_GROUP, 'v1beta1', 'serviceimports', 'ServiceImport');
export const SERVICE_EXPORTS_V1ALPHA1 = { ...SERVICE_EXPORTS, version: 'v1alpha1' };
export const SERVICE_IMPORTS_V1ALPHA1 = { ...SERVICE_IMPORTS, version: 'v1alpha1' };

// sealane
export const MEMBER_CLUSTERS = resource(SEALANE_GROUP, 'v1alpha1', 'memberclusters', 'MemberCluster', false);
export const CLUSTER_EXPORTS = resource(SEALANE_GROUP, 'v1alpha1', 'clusterexports', 'ClusterExport');
export const GLOBAL_TRAFFIC_POLICIES = resource(
  SEALANE_GROUP,
  'v1alpha1',
  'globaltrafficpolicies',
  'GlobalTrafficPolicy',
);

// Karmada, read where it is served
export const KARMADA_CLUSTERS = resource('cluster.karmada.io', 'v1alpha1', 'clusters', 'Cluster', false);
export const KARMADA_BINDINGS = resource('work.karmada.io', 'v1alpha2', 'resourcebindings', 'ResourceBinding');
export const KARMADA_CLUSTER_BINDINGS = resource(
  'work.karmada.io',
  'v1alpha2',
  'clusterresourcebindings',
  'ClusterResourceBinding',
  false,
);
