/** Says of a policy whether it is honoured, and has the kinds that it selects watched. */
import { messageOf, timestamp } from '#kit/index.ts';
import { type Condition, setCondition } from '#objects/index.ts';
import { CLUSTER_POLICIES, FIELD_MANAGER, POLICIES } from '../names.ts';
import { unsupported } from '../placement/unsupported.ts';
import type { PropagationPolicy } from '../types.ts';
import type { Context } from './context.ts';

/** @returns whether every kind is known; if not, it is to be looked at again */
export async function keepPolicy({ hub, kinds, clock }: Context, policy: PropagationPolicy): Promise<boolean> {
  const { namespace, generation } = policy.metadata;
  const unknown: string[] = [];
  for (const { apiVersion, kind } of policy.spec.resourceSelectors) {
    try {
      const { type } = await kinds.watch(apiVersion, kind);
      if (!type.namespaced && namespace !== undefined)
        unknown.push(`select ${kind} of ${apiVersion}: it is in no namespace (a ClusterPropagationPolicy can)`);
    } catch (error) {
      unknown.push(messageOf(error));
    }
  }
  const condition = { ...verdict(unsupported(policy.spec, namespace), unknown), observedGeneration: generation };
  const before = policy.status?.conditions ?? [];
  const conditions = setCondition(before, condition, timestamp(clock));
  if (conditions !== before) {
    const options = { subresource: 'status', fieldManager: FIELD_MANAGER };
    await hub.patch(
      namespace === undefined ? CLUSTER_POLICIES : POLICIES,
      policy.metadata,
      { status: { conditions } },
      options,
    );
  }
  return unknown.length === 0;
}

function verdict(problems: readonly string[], unknown: readonly string[]): Omit<Condition, 'lastTransitionTime'> {
  const type = 'Accepted';
  const reason = problems.length > 0 ? 'Unsupported' : 'UnknownKind';
  const message = [...problems, ...unknown].join('; ');
  if (message !== '') return { type, status: 'False', reason, message };
  return { type, status: 'True', reason: 'Accepted', message: '' };
}
