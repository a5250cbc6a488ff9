import { choice, group, integer, list, optional, rules, type Shape, text } from '#api/index.ts';

const target = group(
  {
    clusterKey: text('region/zone/group/cluster'),
    weight: optional(integer('Share of new connections; 100 when absent, 0 is none.', { minimum: 0, maximum: 10000 })),
  },
  'A cluster that may serve.',
);

export const policySpec = group(
  {
    lbType: choice(
      ['Locality', 'ActiveActive', 'FailOver'],
      'Locality: own cluster, or the one target. ActiveActive: shared by weight. FailOver: others only when the own cannot.',
      { default: 'Locality' },
    ),
    targets: optional(list(target, 'Clusters that may serve; in order for FailOver.', { maxItems: 64 })),
  },
  'What is wanted.',
);

/** What the ancestors' webhooks refuse. */
export const policyRules = rules(
  [
    "self.lbType != 'Locality' || !has(self.targets) || self.targets.size() <= 1",
    'spec.targets: Locality takes at most one target',
  ],
  [
    "self.lbType != 'FailOver' || (has(self.targets) && self.targets.size() >= 1)",
    'spec.targets: FailOver needs at least one target',
  ],
);

export type FlomeshPolicySpec = Shape<typeof policySpec>;
