/** MemberCluster: one cluster of the set. On the hub; mirrored read-only into every member. */
import type { Meta } from '#objects/index.ts';
import { MAX_GATEWAYS, MEMBER_NAME_MAX, SERVICE_KEY } from '../names.ts';
import { conditions } from '../schema/condition.ts';
import {
  choice,
  flag,
  group,
  integer,
  list,
  listByKey,
  numberMap,
  optional,
  rules,
  type Shape,
  text,
  textMap,
  time,
} from '../schema/fields.ts';

/** Every other member acts on what one publishes: one that lies must not make them do more than this. */
const ADDRESS = { maxLength: 45 };

const gateway = group(
  {
    name: text('Name of the node or pod that is the gateway.'),
    address: text('Address at which other members reach it.', ADDRESS),
    addresses: optional(
      list(text('Address.', ADDRESS), 'Where it is reached, one of each family; the first is `address`.', {
        maxItems: 2,
      }),
    ),
    device: optional(text('Network device that carries the address.')),
    weight: optional(integer('Share of lane connections; 0 takes none.', { minimum: 0, default: 100 })),
    probePort: optional(integer('UDP port where it answers probes of other members.', { minimum: 1, maximum: 65_535 })),
    publicKey: optional(text('WireGuard public key.')),
    certificate: optional(text('Self-signed certificate, PEM.')),
  },
  'A gateway of this member.',
);

const leftOver = group(
  {
    cluster: text('Member that is being drained.'),
    connections: integer('Connections of this member that are open to it.', { minimum: 0 }),
    services: optional(
      listByKey(
        group(
          {
            service: text('`namespace/name`.'),
            connections: integer('Connections that are open.', { minimum: 0 }),
          },
          'What is open to one service.',
        ),
        ['service'],
        'The same by service, the most first; at most 20.',
        { maxItems: 20 },
      ),
    ),
    generation: optional(
      integer('Generation of its MemberCluster on the hub that this is an answer to.', { format: 'int64' }),
    ),
    nodes: integer('Nodes that open no new connections to it, and are counted here.', { minimum: 0 }),
    allNodes: integer('Nodes that could open connections.', { minimum: 0 }),
  },
  'What a member still has open to one that is being drained.',
);

const drainedService = text('`namespace/name`.', {
  maxLength: 127,
  ...rules([
    `self.matches('${SERVICE_KEY.source}')`,
    'drainServices: the namespace and name of a service, such as shop/cart',
  ]),
});

export const memberClusterSpec = group(
  {
    region: optional(text('Region, for target keys and nearness.', { default: 'default', maxLength: 63 })),
    zone: optional(text('Zone, for target keys and nearness.', { default: 'default', maxLength: 63 })),
    group: optional(text('Free grouping, for target keys.', { default: 'default', maxLength: 63 })),
    index: optional(
      integer('Number of this member in the set; absent: the member claims one, see its status.', {
        minimum: 1,
        maximum: 255,
      }),
    ),
    transport: optional(
      choice(['WireGuard', 'MTLS', 'Plain'], 'How other members reach it. Plain must be written down.', {
        default: 'WireGuard',
      }),
    ),
    drain: optional(flag('Take its share of new connections away; let the old ones finish.', { default: false })),
    drainServices: optional(
      list(drainedService, 'Drains these services; `drain` drains all.', {
        maxItems: 100,
        'x-kubernetes-list-type': 'set',
      }),
    ),
    drainDeadline: optional(time('When a drain ends the connections that are left; absent: they end by themselves.')),
    removed: optional(
      flag('It left the set: everybody drops all of it. The only way to remove a member.', { default: false }),
    ),
    exports: optional(
      group(
        {
          allow: optional(list(text('Namespace.'), 'Only these namespaces may be exported; absent: all.')),
          deny: optional(
            list(text('Namespace.'), 'These namespaces may not be exported.', { default: ['kube-system'] }),
          ),
        },
        'Which namespaces may be exported.',
        { default: {} },
      ),
    ),
    addressOverrides: optional(textMap('Gateway address to use instead, by the name of the member that calls.')),
  },
  'Written by the admin of the set.',
);

export const memberClusterStatus = group(
  {
    clusterUID: optional(text('UID of its kube-system namespace: tells two clusters under one name apart.')),
    gateways: optional(
      listByKey(gateway, ['name'], `Gateways that other members may reach; at most ${MAX_GATEWAYS}.`, {
        maxItems: MAX_GATEWAYS,
      }),
    ),
    gatewaysShown: optional(text('Addresses of the gateways in one line, for tables: a column shows one value only.')),
    index: optional(integer('Number that it has claimed: says which substitute addresses are its to give.')),
    podRanges: optional(
      list(text('CIDR range.'), 'Where its pods have addresses; absent while unknown. Overlaps call for substitutes.'),
    ),
    published: optional(
      group(
        {
          hubUID: text('UID of the hub (its kube-system namespace) that this was published to.'),
          epoch: integer('Grows with every change of what is exported.', { minimum: 0 }),
          count: integer('How many ClusterExports were published.', { minimum: 0 }),
          hash: text('Hash of their names.'),
        },
        'Vouches for what the member has published: absence is believed only with it.',
      ),
    ),
    observed: optional(numberMap('Epoch of each other member that this one has applied.')),
    leftOver: optional(listByKey(leftOver, ['cluster'], 'Open connections to members that are being drained.')),
    version: optional(text('Version of sealane.')),
    mergeVersion: optional(integer('Version of the merge function; the set uses the lowest.')),
    conditions: optional(conditions),
  },
  'Written by the member.',
);

export type MemberClusterSpec = Shape<typeof memberClusterSpec>;
export type MemberClusterStatus = Shape<typeof memberClusterStatus>;
export type LeftOver = Shape<typeof leftOver>;
export type MemberGateway = Shape<typeof gateway>;

export interface MemberCluster {
  readonly apiVersion: string;
  readonly kind: 'MemberCluster';
  readonly metadata: Meta;
  readonly spec?: MemberClusterSpec;
  readonly status?: MemberClusterStatus;
}

/** A member is one DNS label, short enough for `sealane-<member>`. */
export const memberClusterRules = rules([
  `self.metadata.name.size() <= ${MEMBER_NAME_MAX} && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')`,
  `metadata.name: one DNS label of at most ${MEMBER_NAME_MAX} characters`,
]);
