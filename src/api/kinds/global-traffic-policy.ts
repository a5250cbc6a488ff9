/** GlobalTrafficPolicy: where this cluster's new connections to a service go. A consumer's policy, named as the service. */
import type { Meta } from '#objects/index.ts';
import { conditions } from '../schema/condition.ts';
import { choice, group, integer, list, optional, rules, type Shape, text } from '../schema/fields.ts';

const target = group(
  {
    clusterKey: text('region/zone/group/cluster, any part may be *; or a bare member name.', {
      minLength: 1,
      maxLength: 253,
      ...rules([
        "self.matches('^[^/\\\\s]+(/[^/\\\\s]+/[^/\\\\s]+/[^/\\\\s]+)?$')",
        'a member name is expected, or region/zone/group/cluster with * for any part',
      ]),
    }),
    weight: optional(
      integer('Share of new connections in its tier; 0 is none.', { minimum: 0, maximum: 10000, default: 100 }),
    ),
  },
  'Members that may serve. One key is one tier.',
);

const failover = group(
  {
    minReadyPercent: optional(
      integer('Below this share of ready endpoints a tier carries nothing.', { minimum: 0, maximum: 100, default: 0 }),
    ),
    overflow: optional(
      integer('A tier carries min(1, overflow% x ready/total); the rest spills to the next.', {
        minimum: 100,
        maximum: 1000,
        default: 140,
      }),
    ),
  },
  'When a tier hands over to the next.',
  { default: {} },
);

const ejection = group(
  {
    consecutiveFailures: optional(
      integer('Failures in a row that eject a backend.', { minimum: 1, maximum: 1000, default: 3 }),
    ),
    baseSeconds: optional(
      integer('First time out, in seconds; grows with repetition.', { minimum: 1, maximum: 3600, default: 5 }),
    ),
    maxPercent: optional(
      integer(
        'At most this share of a tier is ejected, unless another tier or another cluster takes over; 0 is none.',
        { minimum: 0, maximum: 100, default: 50 },
      ),
    ),
  },
  'When a backend that fails is left out for a while.',
  { default: {} },
);

const connections = group(
  {
    onEject: optional(
      choice(['Keep', 'Reset'], 'What happens to open connections of an ejected backend.', { default: 'Keep' }),
    ),
    drainSeconds: optional(
      integer('Connections to a cluster that is drained are ended after this many seconds; absent: at its deadline.', {
        minimum: 0,
      }),
    ),
  },
  'What happens to connections that exist.',
  { default: {} },
);

export const globalTrafficPolicySpec = group(
  {
    lbType: optional(
      choice(
        ['Locality', 'FailOver', 'ActiveActive'],
        'Locality: own cluster (or the one target) only. FailOver: in order. ActiveActive: shared by weight.',
        { default: 'Locality' },
      ),
    ),
    appliesTo: optional(
      list(
        choice(
          ['ClusterSet', 'Service'],
          'ClusterSet: the clusterset name and VIP. Service: the local name and ClusterIP too.',
        ),
        'Which names it governs.',
        { default: ['ClusterSet'], minItems: 1, maxItems: 2, 'x-kubernetes-list-type': 'set' },
      ),
    ),
    targets: optional(
      list(target, 'Who may serve; the order matters for FailOver.', {
        maxItems: 64,
        'x-kubernetes-list-type': 'atomic',
      }),
    ),
    failover: optional(failover),
    fallback: optional(choice(['Any', 'None'], 'None: never beyond the targets. Default None for Locality, else Any.')),
    ejection: optional(ejection),
    connections: optional(connections),
  },
  'What is wanted.',
  {
    default: { lbType: 'Locality' }, // not empty: a default has to pass the rules as it stands
    ...rules(
      [
        "self.lbType != 'Locality' || !has(self.targets) || self.targets.size() <= 1",
        'spec.targets: Locality takes at most one target',
      ],
      [
        "self.lbType != 'FailOver' || (has(self.targets) && self.targets.size() >= 1)",
        'spec.targets: FailOver needs at least one target',
      ],
      [
        "self.lbType != 'ActiveActive' || !has(self.targets) || self.targets.size() == 0 || self.targets.exists(t, t.weight > 0)",
        'spec.targets: no target of ActiveActive has a weight above 0',
      ],
    ),
  },
);

const share = group(
  { cluster: text('Member.'), weight: integer('Its share inside the tier.', { minimum: 0 }) },
  'One member of a tier.',
);

const resolvedPort = group(
  {
    name: optional(text('Name of the port; may be empty.', { default: '' })),
    protocol: text('IP protocol.'),
    port: integer('Port of the service.'),
    tiers: list(
      group({ clusters: list(share, 'Who shares new connections.') }, 'Tried in order.'),
      'What the policy means now; empty refuses the call.',
    ),
  },
  'The policy compiled for one port.',
);

export const globalTrafficPolicyStatus = group(
  {
    observedGeneration: optional(integer('The generation this was computed from.', { format: 'int64' })),
    ports: optional(list(resolvedPort, 'Tiers per port.', { 'x-kubernetes-list-type': 'atomic' })),
    targetsShown: optional(text('Targets in one line, for tables: a column shows one value only.')),
    nodes: optional(
      group(
        { programmed: integer('Nodes whose kernel has this generation.'), total: integer('Nodes with an agent.') },
        'How far it is applied.',
      ),
    ),
    conditions: optional(conditions),
  },
  'What is so.',
);

export type GlobalTrafficPolicySpec = Shape<typeof globalTrafficPolicySpec>;
export type GlobalTrafficPolicyStatus = Shape<typeof globalTrafficPolicyStatus>;

export interface GlobalTrafficPolicy {
  readonly apiVersion: string;
  readonly kind: 'GlobalTrafficPolicy';
  readonly metadata: Meta;
  readonly spec?: GlobalTrafficPolicySpec;
  readonly status?: GlobalTrafficPolicyStatus;
}
