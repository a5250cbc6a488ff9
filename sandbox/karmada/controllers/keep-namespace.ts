/** Namespaces of the hub are in every member too. */
import { LABEL_SKIP_PROPAGATION, NAMESPACES, SYSTEM_NAMESPACE } from '#api/index.ts';
import { FIELD_MANAGER } from '../names.ts';
import { covers } from '../render/covers.ts';
import { isManaged, renderNamespace } from '../render/render.ts';
import type { AnyObject } from '../types.ts';
import type { Member, Members } from './members.ts';

const RESERVED = /^(default|kube-.*|karmada-system|karmada-cluster|karmada-es-.*)$/;

export function isCopied({ metadata: { name, labels = {} } }: AnyObject): boolean {
  return !RESERVED.test(name) && name !== SYSTEM_NAMESPACE && labels[LABEL_SKIP_PROPAGATION] !== 'true';
}

/**
 * A member that does not answer is passed over: its turn comes when it is back.
 * @throws the first failure, after every member was tried
 */
export async function keepNamespace(members: Members, namespace: AnyObject): Promise<void> {
  if (!isCopied(namespace)) return;
  const work = namespace.metadata.deletionTimestamp ? remove : copy;
  const reachable = [...members.values()].filter((member) => member.reachable !== false);
  const outcomes = await Promise.allSettled(reachable.map((member) => work(member, namespace)));
  const failed = outcomes.find((it) => it.status === 'rejected');
  if (failed) throw failed.reason;
}

/** One that is there without being managed is left as it is. */
async function copy(member: Member, namespace: AnyObject): Promise<void> {
  const wanted = renderNamespace(namespace);
  const there = await member.client.find<AnyObject>(NAMESPACES, { name: namespace.metadata.name });
  if (there && (!isManaged(there) || covers(there, wanted))) return;
  await member.client.apply(NAMESPACES, wanted, { fieldManager: FIELD_MANAGER });
}

async function remove(member: Member, namespace: AnyObject): Promise<void> {
  const { name } = namespace.metadata;
  const there = await member.client.find<AnyObject>(NAMESPACES, { name });
  if (!there || !isManaged(there) || there.metadata.deletionTimestamp) return;
  await member.client.delete(NAMESPACES, { name });
}
