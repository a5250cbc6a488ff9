/** The kinds that policies select: watched on the hub as templates, and in the members as what was made of them. */
import { type Clock, isFault, type Log, SealaneError } from '#kit/index.ts';
import { type Cache, type Client, reflect } from '#kube/index.ts';
import type { ResourceType } from '#objects/index.ts';
import { MANAGED } from '../names.ts';
import type { AnyObject, TemplateRef } from '../types.ts';
import type { Members } from './members.ts';

export interface WatchedKind {
  readonly type: ResourceType;
  readonly templates: Cache<AnyObject>;
  /** Managed objects, by member. */
  readonly made: ReadonlyMap<string, Cache<AnyObject>>;
}

export interface Kinds {
  /** @throws `karmada/unknown-kind`, `karmada/not-propagated` */
  watch(apiVersion: string, kind: string): Promise<WatchedKind>;
  known(): readonly WatchedKind[];
  stop(): void;
}

interface KindsOptions {
  readonly hub: Client;
  readonly members: Members;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: (ref: TemplateRef) => void;
}

export function createKinds(options: KindsOptions): Kinds {
  const watched = new Map<string, Promise<WatchedKind>>();
  const known: WatchedKind[] = [];

  async function start(apiVersion: string, kind: string): Promise<WatchedKind> {
    const type = await findType(options.hub, apiVersion, kind);
    const started = watchKind(type, apiVersion, options);
    known.push(started);
    return started;
  }

  return {
    watch(apiVersion, kind) {
      const key = `${apiVersion} ${kind}`;
      const found = watched.get(key) ?? start(apiVersion, kind);
      watched.set(key, found);
      // Its definition may come later: the next one who asks looks again.
      found.catch(() => watched.delete(key));
      return found;
    },
    known: () => known,
    stop() {
      for (const { templates, made } of known) for (const cache of [templates, ...made.values()]) cache.stop();
    },
  };
}

function watchKind(type: ResourceType, apiVersion: string, options: KindsOptions): WatchedKind {
  const { hub, members, clock, log, onChange } = options;
  const templates = reflect<AnyObject>(hub, type, { clock, log, optional: true });
  const made = new Map(
    [...members].map(([name, { client }]) => {
      const labelSelector = `${MANAGED}=true`;
      return [name, reflect<AnyObject>(client, type, { clock, log, optional: true, labelSelector })];
    }),
  );
  for (const cache of [templates, ...made.values()]) {
    cache.onChange(({ object: { metadata } }) => onChange({ apiVersion, kind: type.kind, ...metadata }));
  }
  return { type, templates, made };
}

async function findType(hub: Client, apiVersion: string, kind: string): Promise<ResourceType> {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  if (group.endsWith('karmada.io') || ['Event', 'Lease', 'Namespace', 'Node', 'Pod'].includes(kind)) {
    throw new SealaneError('karmada/not-propagated', `propagate ${kind} of ${apiVersion}: never done`);
  }
  const found = (await resources(hub, group ? `/apis/${group}/${version}` : `/api/${version}`)).find(
    (it) => it.kind === kind && !it.name.includes('/'),
  );
  if (!found) {
    throw new SealaneError('karmada/unknown-kind', `find ${kind} of ${apiVersion}: the hub serves no such kind`, {
      hint: 'install its definition on the hub and in the members',
    });
  }
  return { group, version, plural: found.name, kind, namespaced: found.namespaced };
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

async function resources(hub: Client, path: string): Promise<readonly Resource[]> {
  try {
    const list = (await hub.json({ path })) as { readonly resources?: readonly Resource[] } | undefined;
    return list?.resources ?? [];
  } catch (error) {
    if (isFault(error, 'kube/not-found')) return [];
    throw error;
  }
}
