import { AGE, type CustomResourceDefinition, customResource } from '#api/index.ts';
import { clusterSpec, fsmClusterSpec } from './schema/cluster.ts';
import { policyRules, policySpec } from './schema/global-traffic-policy.ts';
import { exportSpec } from './schema/service-export.ts';
import { status } from './schema/status.ts';
import { type FlomeshGroup, GROUPS } from './types.ts';

/**
 * CustomResourceDefinitions of the six kinds: the fields, enums and columns that the ancestors document, so that their YAML is taken
 * as it is. What their webhooks refuse is refused by rules. Short names are left to our own group: three groups would share them.
 */
export function compatCrds(): readonly CustomResourceDefinition[] {
  return GROUPS.flatMap((group) => [serviceExport(group), globalTrafficPolicy(group), cluster(group)]);
}

function serviceExport(group: FlomeshGroup): CustomResourceDefinition {
  return customResource({
    ...names(group, 'ServiceExport', 'serviceexport', 'serviceexports'),
    namespaced: true,
    versions: [
      {
        ...VERSION,
        description: 'Exports the Service of the same name. HTTP fields are kept, and not honoured yet.',
        properties: { spec: exportSpec, status },
        columns: [condition('Valid'), condition('Conflict'), AGE],
      },
    ],
  });
}

function globalTrafficPolicy(group: FlomeshGroup): CustomResourceDefinition {
  return customResource({
    ...names(group, 'GlobalTrafficPolicy', 'globaltrafficpolicy', 'globaltrafficpolicies'),
    namespaced: true,
    versions: [
      {
        ...VERSION,
        description: 'Where new connections of this cluster to the service of the same name go, by any of its names.',
        properties: { spec: { ...policySpec, ...policyRules }, status },
        columns: [{ name: 'LB Type', type: 'string', jsonPath: '.spec.lbType' }, AGE],
      },
    ],
  });
}

function cluster(group: FlomeshGroup): CustomResourceDefinition {
  return customResource({
    ...names(group, 'Cluster', 'cluster', 'clusters'),
    namespaced: false,
    versions: [
      {
        ...VERSION,
        description: 'Accepted, not used: a cluster joins from its own side. The kubeconfig is never read.',
        properties: { spec: group === 'flomesh.io' ? clusterSpec : fsmClusterSpec, status },
        columns: [
          { name: 'Region', type: 'string', jsonPath: '.spec.region' },
          { name: 'Zone', type: 'string', jsonPath: '.spec.zone' },
          { name: 'Group', type: 'string', jsonPath: '.spec.group' },
          { name: 'Gateway Host', type: 'string', jsonPath: '.spec.gatewayHost' },
          { name: 'Gateway Port', type: 'integer', jsonPath: '.spec.gatewayPort' },
          condition('Managed'),
          AGE,
        ],
      },
    ],
  });
}

const VERSION = { name: 'v1alpha1', storage: true, status: true } as const;

function names(group: FlomeshGroup, kind: string, singular: string, plural: string) {
  return { group, kind, singular, plural, shortNames: [] };
}

function condition(name: string) {
  return { name, type: 'string' as const, jsonPath: `.status.conditions[?(@.type=='${name}')].status` };
}
