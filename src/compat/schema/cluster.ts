import { flag, group, integer, optional, text } from '#api/index.ts';

const place = (what: string) => optional(text(`${what} of the cluster.`, { default: 'default' }));

const shared = {
  region: place('Region'),
  zone: place('Zone'),
  group: place('Group'),
  gatewayHost: optional(text('Name or IPv4 address of the gateway; not used.')),
  gatewayPort: optional(
    integer('Port of the gateway; not used.', { format: 'int32', minimum: 1, maximum: 65535, default: 80 }),
  ),
  kubeconfig: optional(text('Never read. Remove it: everybody who may read this object has the credential.')),
};

export const clusterSpec = group(
  { ...shared, isInCluster: optional(flag('The local cluster; not used.', { default: false })) },
  'What the ancestors asked for to join a cluster.',
);

export const fsmClusterSpec = group(
  {
    ...shared,
    fsmMeshConfigName: optional(text('Not used.', { default: 'fsm-mesh-config' })),
    fsmNamespace: optional(text('Not used.')),
  },
  'What the ancestors asked for to join a cluster.',
);
