/** Karmada's kinds as data: the fields that are honoured are typed, others are kept so that they can be refused by name. */
import { AGE, type CustomResourceDefinition, customResource } from '#api/index.ts';
import type { ResourceType } from '#objects/index.ts';
import { BINDINGS, CLUSTER_BINDINGS, CLUSTER_OVERRIDES, CLUSTER_POLICIES, OVERRIDES, POLICIES } from './names.ts';
import { overrideRules } from './override-schema.ts';
import { placement } from './schema.ts';

const KEEP = { 'x-kubernetes-preserve-unknown-fields': true };
const ANYTHING = { type: 'object', ...KEEP };
const words = (description: string) => ({ type: 'string', description });

const selector = {
  type: 'object',
  required: ['apiVersion', 'kind'],
  properties: {
    apiVersion: words('Group and version of the templates.'),
    kind: words('Kind of the templates.'),
    namespace: words('Of the templates; a policy in a namespace has its own.'),
    name: words('One template; labelSelector is then not looked at.'),
    labelSelector: { ...ANYTHING, description: 'Templates by their labels.' },
  },
};

const taint = {
  type: 'object',
  required: ['key', 'effect'],
  properties: {
    key: words('What it is called.'),
    value: words('More of it.'),
    effect: { type: 'string', enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
    timeAdded: { type: 'string', format: 'date-time', description: 'tolerationSeconds counts from it.' },
  },
};

const evictionTask = {
  type: 'object',
  required: ['fromCluster', 'reason', 'producer'],
  properties: {
    fromCluster: words('What it is leaving.'),
    reason: { type: 'string', maxLength: 32, pattern: '^[A-Za-z]([A-Za-z_]*[A-Za-z])?$' },
    producer: words('Who says so.'),
    message: words('In a sentence.'),
    replicas: { type: 'integer', format: 'int32' },
    creationTimestamp: { type: 'string', format: 'date-time' },
    gracePeriodSeconds: { type: 'integer', format: 'int32', minimum: 1 },
    suppressDeletion: { type: 'boolean', description: 'true: kept whatever else; false: dropped now.' },
  },
};

/** CustomResourceDefinitions to create on the hub before anything is propagated. */
export function propagationCrds(): readonly CustomResourceDefinition[] {
  return [
    propagationPolicy(POLICIES, ['pp'], 'Which templates of its namespace go to which members.'),
    propagationPolicy(CLUSTER_POLICIES, ['cpp'], 'Which templates, of any namespace or none, go to which members.'),
    overridePolicy(OVERRIDES, ['op'], 'How templates of its namespace differ from member to member.'),
    overridePolicy(CLUSTER_OVERRIDES, ['cop'], 'How templates differ from member to member.'),
    cluster(),
    resourceBinding(BINDINGS, ['rb']),
    resourceBinding(CLUSTER_BINDINGS, ['crb']),
  ];
}

function naming({ group, kind, plural, namespaced }: ResourceType, shortNames: string[]) {
  return { group, kind, plural, namespaced, singular: kind.toLowerCase(), shortNames, categories: ['karmada-io'] };
}

function propagationPolicy(type: ResourceType, shortNames: string[], description: string): CustomResourceDefinition {
  return customResource({
    ...naming(type, shortNames),
    versions: [
      {
        name: 'v1alpha1',
        storage: true,
        status: true,
        description,
        required: ['spec'],
        properties: {
          spec: {
            type: 'object',
            required: ['resourceSelectors'],
            ...KEEP,
            properties: {
              resourceSelectors: { type: 'array', minItems: 1, items: selector },
              placement,
              priority: { type: 'integer', format: 'int32', description: 'The higher one claims.' },
              conflictResolution: { type: 'string', enum: ['Abort', 'Overwrite'] },
            },
          },
          status: ANYTHING,
        },
        columns: [
          { name: 'Accepted', type: 'string', jsonPath: ".status.conditions[?(@.type=='Accepted')].status" },
          { name: 'Priority', type: 'integer', jsonPath: '.spec.priority' },
          AGE,
        ],
      },
    ],
  });
}

function overridePolicy(type: ResourceType, shortNames: string[], description: string): CustomResourceDefinition {
  return customResource({
    ...naming(type, shortNames),
    versions: [
      {
        name: 'v1alpha1',
        storage: true,
        status: true,
        description,
        required: ['spec'],
        properties: {
          spec: {
            type: 'object',
            ...KEEP,
            properties: { resourceSelectors: { type: 'array', items: selector }, overrideRules },
          },
          status: ANYTHING,
        },
        columns: [
          { name: 'Accepted', type: 'string', jsonPath: ".status.conditions[?(@.type=='Accepted')].status" },
          AGE,
        ],
      },
    ],
  });
}

function cluster(): CustomResourceDefinition {
  return customResource({
    group: 'cluster.karmada.io',
    kind: 'Cluster',
    plural: 'clusters',
    singular: 'cluster',
    shortNames: [],
    categories: ['karmada-io'],
    namespaced: false,
    versions: [
      {
        name: 'v1alpha1',
        storage: true,
        status: true,
        description: 'A member.',
        properties: {
          spec: {
            type: 'object',
            ...KEEP,
            properties: {
              id: words('UID of its kube-system namespace.'),
              syncMode: { type: 'string', enum: ['Push', 'Pull'] },
              apiEndpoint: words('Its API server.'),
              region: words('Where it is.'),
              zone: words('Where it is.'),
              zones: { type: 'array', items: { type: 'string' } },
              provider: words('Who runs it.'),
              taints: { type: 'array', items: taint },
            },
          },
          status: ANYTHING,
        },
        columns: [
          { name: 'Version', type: 'string', jsonPath: '.status.kubernetesVersion' },
          { name: 'Mode', type: 'string', jsonPath: '.spec.syncMode' },
          { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
          AGE,
        ],
      },
    ],
  });
}

function resourceBinding(type: ResourceType, shortNames: string[]): CustomResourceDefinition {
  return customResource({
    ...naming(type, shortNames),
    versions: [
      {
        name: 'v1alpha2',
        storage: true,
        status: true,
        description: 'Where a template went, and how it does there.',
        required: ['spec'],
        properties: {
          spec: {
            ...ANYTHING,
            required: ['resource'],
            properties: {
              resource: ANYTHING,
              replicas: { type: 'integer', format: 'int32' },
              gracefulEvictionTasks: { type: 'array', items: evictionTask },
              clusters: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['name'],
                  properties: { name: { type: 'string' }, replicas: { type: 'integer', format: 'int32' } },
                },
              },
            },
          },
          status: ANYTHING,
        },
        columns: [
          { name: 'Scheduled', type: 'string', jsonPath: ".status.conditions[?(@.type=='Scheduled')].status" },
          { name: 'FullyApplied', type: 'string', jsonPath: ".status.conditions[?(@.type=='FullyApplied')].status" },
          AGE,
        ],
      },
    ],
  });
}
