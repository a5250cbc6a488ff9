/** Schemas of a policy's placement, as far as it is honoured. */
const KEEP = { 'x-kubernetes-preserve-unknown-fields': true };
const names = (description: string) => ({ type: 'array', items: { type: 'string' }, description });

export const affinity = {
  type: 'object',
  ...KEEP,
  description: 'Which clusters; nothing given means every one.',
  properties: {
    clusterNames: names('By name.'),
    exclude: names('None of these.'),
    labelSelector: { type: 'object', ...KEEP, description: 'By labels of the Cluster.' },
    fieldSelector: { type: 'object', ...KEEP, description: 'By provider, region or zone.' },
  },
};

const staticWeight = {
  type: 'object',
  required: ['targetCluster', 'weight'],
  properties: {
    targetCluster: affinity,
    weight: { type: 'integer', format: 'int64', minimum: 1, description: 'Share among the clusters that have one.' },
  },
};

const toleration = {
  type: 'object',
  properties: {
    key: { type: 'string', description: 'Of the taint; none, with Exists: every one.' },
    operator: { type: 'string', enum: ['Exists', 'Equal'] },
    value: { type: 'string' },
    effect: { type: 'string', enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], description: 'None: every one.' },
    tolerationSeconds: {
      type: 'integer',
      format: 'int64',
      description: 'Of NoExecute: stays for so long; none: for good.',
    },
  },
};

export const placement = {
  type: 'object',
  ...KEEP,
  description: 'Where templates go.',
  properties: {
    clusterAffinity: affinity,
    clusterTolerations: { type: 'array', items: toleration, description: 'Taints that are put up with.' },
    replicaScheduling: {
      type: 'object',
      ...KEEP,
      properties: {
        replicaSchedulingType: { type: 'string', enum: ['Duplicated', 'Divided'] },
        replicaDivisionPreference: { type: 'string', enum: ['Aggregated', 'Weighted'] },
        weightPreference: {
          type: 'object',
          ...KEEP,
          properties: { staticWeightList: { type: 'array', items: staticWeight } },
        },
      },
    },
  },
};
