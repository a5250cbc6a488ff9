import { choice, flag, group, integer, list, optional, type Shape, text } from '#api/index.ts';

const rule = group(
  {
    portNumber: optional(
      integer('Port of the Service that is exported.', { format: 'int32', minimum: 1, maximum: 65535 }),
    ),
    path: optional(text('Path of requests; not honoured yet.')),
    pathType: optional(choice(['Exact', 'Prefix'], 'How the path is compared; not honoured yet.')),
  },
  'A port that is exported.',
);

export const exportSpec = group(
  {
    pathRewrite: optional(
      group(
        { from: optional(text('Regular expression.')), to: optional(text('Replacement.')) },
        'Changes the path of requests; not honoured yet.',
      ),
    ),
    sessionSticky: optional(flag('Keeps a client on its backend; not honoured yet.')),
    loadBalancer: optional(
      choice(
        ['RoundRobinLoadBalancer', 'HashingLoadBalancer', 'LeastWorkLoadBalancer'],
        'Choice among endpoints; others than the default are not honoured yet.',
        { default: 'RoundRobinLoadBalancer' },
      ),
    ),
    rules: optional(list(rule, 'Ports that are exported; without rules, all of them.', { minItems: 1 })),
    targetClusters: optional(
      list(text('region/zone/group/cluster'), 'Who may import; without any, every cluster of the set.'),
    ),
    serviceAccountName: optional(text('Not honoured yet, other than *.')),
  },
  'What is exported.',
);

export type FlomeshExportSpec = Shape<typeof exportSpec>;
