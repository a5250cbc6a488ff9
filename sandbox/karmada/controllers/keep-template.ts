/** One template, from policy to members and back. Level-based: run again, it changes nothing that is as it should be. */
import { SealaneError } from '#kit/index.ts';
import { keyOf } from '#objects/index.ts';
import { choosePolicy } from '../detect/choose-policy.ts';
import { claimOf, claimPatch, hasClaim, isClaimed } from '../detect/claim.ts';
import { bindingType, FIELD_MANAGER } from '../names.ts';
import { unsupported } from '../placement/unsupported.ts';
import { subjectOf } from '../render/render.ts';
import type { AnyObject, PropagationPolicy, ResourceBinding, TemplateRef } from '../types.ts';
import { bindingName, keepBinding } from './keep-binding.ts';
import { dispatch } from './dispatch.ts';
import type { Context } from './context.ts';
import type { WatchedKind } from './kinds.ts';
import { releaseBinding, retireBinding } from './release-binding.ts';
import { reflectStatus } from './reflect-status.ts';

/**
 * @returns in how many milliseconds it is to be looked at again although nothing changed
 * @throws `karmada/not-applied` when a member has not got it yet: to be tried again
 */
export async function keepTemplate(context: Context, ref: TemplateRef): Promise<number | undefined> {
  const kind = await context.kinds.watch(ref.apiVersion, ref.kind);
  if (!(await kind.templates.whenSynced())) return undefined;
  const { namespace, name } = ref;
  const key = keyOf({ metadata: { namespace, name } });
  const bindings = namespace === undefined ? context.clusterBindings : context.bindings;
  const binding = bindings.get(keyOf({ metadata: { namespace, name: bindingName(ref) } }));
  if (binding?.metadata.deletionTimestamp) return nothingMore(releaseBinding(context, kind, binding));
  const template = kind.templates.get(key);
  if (!template) return binding && nothingMore(retireBinding(context, kind, binding));
  if (template.metadata.deletionTimestamp) return undefined;
  const own = namespace === undefined ? [] : context.policies.inNamespace(namespace);
  const policy = choosePolicy(template, [...own, ...context.clusterPolicies.list()]);
  if (policy) return propagate(context, kind, template, policy, binding);
  return nothingMore(freeze(context, kind, template, binding));
}

async function nothingMore(work: Promise<void>): Promise<undefined> {
  await work;
}

async function propagate(
  context: Context,
  kind: WatchedKind,
  template: AnyObject,
  policy: PropagationPolicy,
  old: ResourceBinding | undefined,
): Promise<number | undefined> {
  const { metadata } = template;
  const claim = claimOf(policy);
  if (!hasClaim(template, claim)) {
    await context.hub.patch(kind.type, metadata, claimPatch(claim), { fieldManager: FIELD_MANAGER });
  }
  const problems = unsupported(policy.spec, policy.metadata.namespace);
  const { binding, againMs } = await keepBinding(context, template, policy, old, problems.length === 0);
  const outcomes = problems.length > 0 ? undefined : await dispatch(context, kind, template, binding);
  await reflectStatus(context, kind, { template, binding, outcomes, problems });
  // A member that does not answer is not asked again and again: everything is looked at when it comes back.
  const failed = [...(outcomes ?? [])].filter(
    ([cluster, message]) => message !== undefined && context.members.get(cluster)?.reachable !== false,
  );
  if (failed.length === 0) return againMs;
  const why = failed.map(([cluster, message]) => `${cluster}: ${message}`).join('; ');
  throw new SealaneError('karmada/not-applied', `propagate ${subjectOf(kind.type, template)}: ${why}`);
}

/** No policy selects it any more: members keep what they have, and later edits stay on the hub. */
async function freeze(
  context: Context,
  kind: WatchedKind,
  template: AnyObject,
  binding: ResourceBinding | undefined,
): Promise<void> {
  const options = { fieldManager: FIELD_MANAGER };
  if (binding && isClaimed(binding)) {
    await context.hub.patch(bindingType(binding.metadata.namespace), binding.metadata, claimPatch(undefined), options);
    context.log.info({ template: subjectOf(kind.type, template) }, 'no policy selects it any more: frozen');
  }
  if (isClaimed(template)) await context.hub.patch(kind.type, template.metadata, claimPatch(undefined), options);
  if (binding) await reflectStatus(context, kind, { template, binding, outcomes: undefined, problems: [] });
}
