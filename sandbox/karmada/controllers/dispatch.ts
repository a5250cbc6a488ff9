/** Brings what was rendered to the members, and takes it from those that it no longer goes to. */
import { messageOf } from '#kit/index.ts';
import { keyOf } from '#objects/index.ts';
import { FIELD_MANAGER, TEMPLATE_UID } from '../names.ts';
import { override } from '../overrides/override.ts';
import { covers } from '../render/covers.ts';
import { isManaged, render } from '../render/render.ts';
import type { AnyObject, ResourceBinding, TargetCluster } from '../types.ts';
import type { Context } from './context.ts';
import type { WatchedKind } from './kinds.ts';
import type { Member } from './members.ts';

/** By cluster: undefined when it has it, else why not. */
export type Outcomes = ReadonlyMap<string, string | undefined>;

/** Karmada's order: first taken away, then brought. What is leaving a cluster stays there as it is until its task is dropped. */
export async function dispatch(
  context: Context,
  kind: WatchedKind,
  template: AnyObject,
  binding: ResourceBinding,
): Promise<Outcomes> {
  const { members } = context;
  const targets = binding.spec.clusters ?? [];
  const leaving = (binding.spec.gracefulEvictionTasks ?? []).map(({ fromCluster }) => fromCluster);
  const expected = new Set([...targets.map(({ name }) => name), ...leaving]);
  const others = [...members.values()].filter(({ config }) => !expected.has(config.name));
  const removed = await Promise.all(others.map(attempt((member) => removeOrphan(member, kind, template))));
  const applied = await Promise.all(
    targets.map(async (target): Promise<[string, string | undefined]> => {
      const member = members.get(target.name);
      if (!member) return [target.name, 'no such member'];
      return attempt((it) => bring(context, it, kind, template, binding, target))(member);
    }),
  );
  return new Map([...applied, ...removed.filter(([, message]) => message !== undefined)]);
}

/** One member's trouble is not another's. */
function attempt(work: (member: Member) => Promise<string | undefined>) {
  return async (member: Member): Promise<[string, string | undefined]> => {
    try {
      return [member.config.name, await work(member)];
    } catch (error) {
      return [member.config.name, messageOf(error)];
    }
  };
}

async function bring(
  context: Context,
  { config, client, reachable, reason }: Member,
  { type, made }: WatchedKind,
  template: AnyObject,
  binding: ResourceBinding,
  target: TargetCluster,
): Promise<string | undefined> {
  if (reachable === false) return `not reachable: ${reason}`;
  const cache = made.get(config.name);
  if (!cache?.synced) return 'not read yet';
  const present = cache.get(keyOf(template));
  if (present?.metadata.deletionTimestamp) return 'the former one is still being deleted';
  const wanted = render(template, binding, target, { present, override: overriding(context, config.name) });
  if (present && covers(present, wanted)) return undefined;
  if (!present && binding.spec.conflictResolution !== 'Overwrite') {
    const there = await client.find<AnyObject>(type, wanted.metadata);
    if (there && !isManaged(there)) return 'one that is not managed by Karmada is there already, and is left alone';
  }
  await client.apply(type, wanted, { fieldManager: FIELD_MANAGER });
  return undefined;
}

function overriding({ clusters, overrides, clusterOverrides }: Context, name: string) {
  const cluster = clusters.get(name);
  const policies = [...clusterOverrides.list(), ...overrides.list()].filter((it) => !it.metadata.deletionTimestamp);
  return (object: AnyObject) => (cluster ? override(object, cluster, policies) : object);
}

/** Only what was made of this very template. A member that does not answer keeps it until it does. */
async function removeOrphan(
  { config, client }: Member,
  { type, made }: WatchedKind,
  template: AnyObject,
): Promise<undefined> {
  const orphan = made.get(config.name)?.get(keyOf(template));
  if (!orphan || orphan.metadata.annotations?.[TEMPLATE_UID] !== template.metadata.uid) return;
  if (orphan.metadata.deletionTimestamp) return;
  await client.delete(type, orphan.metadata, deletionOf(orphan));
}

/** What it made goes with it. */
export function deletionOf({ metadata: { uid } }: AnyObject) {
  return { ...(uid === undefined ? {} : { uid }), propagation: 'Background' as const };
}
