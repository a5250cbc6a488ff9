/** Door of `api`: our kinds, their schemas and words. Loads in a browser. */
export type {
  ConfigMap,
  EndpointSlice,
  Lease,
  Namespace,
  Node,
  Service,
  ServicePort,
  SliceEndpoint,
  SlicePort,
} from './kinds/core.ts';
export {
  type ClusterExport,
  type ClusterExportEndpoint,
  type ClusterExportPort,
  type ClusterExportSpec,
  clusterExportSpec,
} from './kinds/cluster-export.ts';
export {
  type GlobalTrafficPolicy,
  type GlobalTrafficPolicySpec,
  type GlobalTrafficPolicyStatus,
  globalTrafficPolicySpec,
} from './kinds/global-traffic-policy.ts';
export {
  type MemberCluster,
  type MemberClusterSpec,
  type MemberClusterStatus,
  type MemberGateway,
  memberClusterSpec,
} from './kinds/member-cluster.ts';
export { CONDITION_WORDS, type ConditionWords } from './kinds/condition-words.ts';
export type { ServiceExport } from './kinds/service-export.ts';
export type {
  ServiceImport,
  ServiceImportPort,
  ServiceImportSpec,
  ServiceImportStatus,
} from './kinds/service-import.ts';
export { crds, type Role } from './manifests/crds.ts';
export { conditions } from './schema/condition.ts';
export { AGE, type CustomResourceDefinition, customResource } from './schema/custom-resource.ts';
export { choice, flag, group, integer, list, optional, rules, type Shape, text } from './schema/fields.ts';
export { rbac, type RbacRequest, users } from './manifests/rbac.ts';
export {
  SEALANE_GROUP,
  MCS_GROUP,
  SYSTEM_NAMESPACE,
  RECORDS_NAME,
  RECORDS_KEYS,
  hubNamespace,
  memberOfHubNamespace,
  hubRecordName,
  serviceOfHubRecord,
  agentLeaseName,
  LABEL_SERVICE_NAME,
  LABEL_SOURCE_CLUSTER,
  LABEL_MANAGED_BY,
  MANAGED_BY_MEMBER,
  LABEL_LOCAL_SERVICE,
  LABEL_HEADLESS,
  LABEL_AGENT,
  LABEL_FROM,
  LABEL_MIRROR,
  LABEL_MEMBER,
  LABEL_SKIP_PROPAGATION,
  LABEL_KARMADA_MANAGED,
  ANNOTATION_ENDPOINTS,
  ANNOTATION_IMPORT,
  ANNOTATION_LANES,
  ANNOTATION_GATEWAY,
  ANNOTATION_APPLIED,
  ANNOTATION_EXPORT_TO,
  FIELD_MANAGER,
  MEMBER_LEASE,
  HUB_LEASE,
  DEFAULT_VIP_RANGE,
  DEFAULT_LANE_PORTS,
  DEFAULT_SNAT_PORTS,
  SUBSTITUTE_RANGES,
  MAX_HEADLESS_ENDPOINTS,
  AGENT_LEASE_RENEW_MS,
  AGENT_LEASE_EXPIRY_MS,
  CLUSTERSET_ZONE,
  MEMBER_NAME_MAX,
} from './names.ts';
export {
  NAMESPACES,
  NODES,
  SERVICES,
  PODS,
  CONFIG_MAPS,
  SECRETS,
  EVENTS,
  ENDPOINT_SLICES,
  LEASES,
  DEPLOYMENTS,
  REPLICA_SETS,
  SERVICE_ACCOUNTS,
  ROLES,
  ROLE_BINDINGS,
  CLUSTER_ROLES,
  CLUSTER_ROLE_BINDINGS,
  CRDS,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  SERVICE_EXPORTS_V1ALPHA1,
  SERVICE_IMPORTS_V1ALPHA1,
  MEMBER_CLUSTERS,
  CLUSTER_EXPORTS,
  GLOBAL_TRAFFIC_POLICIES,
  KARMADA_CLUSTERS,
} from './resources.ts';
