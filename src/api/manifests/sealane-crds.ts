/** CustomResourceDefinitions of our own kinds. */
import { clusterExportSpec } from '../kinds/cluster-export.ts';
import { globalTrafficPolicySpec, globalTrafficPolicyStatus } from '../kinds/global-traffic-policy.ts';
import { memberClusterRules, memberClusterSpec, memberClusterStatus } from '../kinds/member-cluster.ts';
import { SEALANE_GROUP } from '../names.ts';
import { AGE, customResource } from '../schema/custom-resource.ts';

export const memberClusterCrd = customResource({
  group: SEALANE_GROUP,
  kind: 'MemberCluster',
  plural: 'memberclusters',
  singular: 'membercluster',
  shortNames: ['mc'],
  categories: ['sealane'],
  namespaced: false,
  versions: [
    {
      name: 'v1alpha1',
      storage: true,
      status: true,
      description: 'One cluster of the set. Its name is its identity; region, zone and group are selectors.',
      properties: { spec: { ...memberClusterSpec, default: {} }, status: memberClusterStatus },
      extra: memberClusterRules,
      columns: [
        { name: 'Region', type: 'string', jsonPath: '.spec.region' },
        { name: 'Zone', type: 'string', jsonPath: '.spec.zone' },
        { name: 'Transport', type: 'string', jsonPath: '.spec.transport' },
        { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
        { name: 'Exports', type: 'integer', jsonPath: '.status.published.count' },
        { name: 'Drain', type: 'boolean', jsonPath: '.spec.drain' },
        { name: 'Index', type: 'integer', jsonPath: '.status.index', priority: 1 },
        { name: 'Removed', type: 'boolean', jsonPath: '.spec.removed', priority: 1 },
        { name: 'Gateways', type: 'string', jsonPath: '.status.gatewaysShown', priority: 1 },
        AGE,
      ],
    },
  ],
});

export const clusterExportCrd = customResource({
  group: SEALANE_GROUP,
  kind: 'ClusterExport',
  plural: 'clusterexports',
  singular: 'clusterexport',
  shortNames: ['cx'],
  categories: ['sealane'],
  namespaced: true,
  versions: [
    {
      name: 'v1alpha1',
      storage: true,
      status: false,
      required: ['spec'],
      description:
        'What one member says of one service that it exports: ports, and how many endpoints are ready. Pods of headless services only.',
      properties: { spec: clusterExportSpec },
      columns: [
        { name: 'Cluster', type: 'string', jsonPath: '.spec.cluster' },
        { name: 'Type', type: 'string', jsonPath: '.spec.type' },
        { name: 'Ports', type: 'string', jsonPath: '.spec.portsShown' },
        AGE,
      ],
    },
  ],
});

export const globalTrafficPolicyCrd = customResource({
  group: SEALANE_GROUP,
  kind: 'GlobalTrafficPolicy',
  plural: 'globaltrafficpolicies',
  singular: 'globaltrafficpolicy',
  shortNames: ['gtp'],
  categories: ['sealane'],
  namespaced: true,
  versions: [
    {
      name: 'v1alpha1',
      storage: true,
      status: true,
      description: "Where this cluster's new connections to the service of the same name go.",
      properties: { spec: globalTrafficPolicySpec, status: globalTrafficPolicyStatus },
      columns: [
        { name: 'Mode', type: 'string', jsonPath: '.spec.lbType' },
        { name: 'Targets', type: 'string', jsonPath: '.status.targetsShown' },
        { name: 'Accepted', type: 'string', jsonPath: '.status.conditions[?(@.type=="Accepted")].status' },
        { name: 'Resolved', type: 'string', jsonPath: '.status.conditions[?(@.type=="TargetsResolved")].status' },
        { name: 'Programmed', type: 'string', jsonPath: '.status.conditions[?(@.type=="Programmed")].status' },
        AGE,
      ],
    },
  ],
});
