/** Says of an override policy whether it is honoured. */
import { timestamp } from '#kit/index.ts';
import { type Condition, setCondition } from '#objects/index.ts';
import { CLUSTER_OVERRIDES, FIELD_MANAGER, OVERRIDES } from '../names.ts';
import { unsupportedOverride } from '../overrides/unsupported-override.ts';
import type { OverridePolicy } from '../types.ts';
import type { Context } from './context.ts';

export async function keepOverride({ hub, clock }: Context, policy: OverridePolicy): Promise<void> {
  const { namespace, generation } = policy.metadata;
  const condition = { ...verdict(unsupportedOverride(policy.spec)), observedGeneration: generation };
  const before = policy.status?.conditions ?? [];
  const conditions = setCondition(before, condition, timestamp(clock));
  if (conditions === before) return;
  const type = namespace === undefined ? CLUSTER_OVERRIDES : OVERRIDES;
  await hub.patch(
    type,
    policy.metadata,
    { status: { conditions } },
    { subresource: 'status', fieldManager: FIELD_MANAGER },
  );
}

function verdict(problems: readonly string[]): Omit<Condition, 'lastTransitionTime'> {
  const type = 'Accepted';
  if (problems.length === 0) return { type, status: 'True', reason: 'Accepted', message: '' };
  return { type, status: 'False', reason: 'Unsupported', message: problems.join('; ') };
}
