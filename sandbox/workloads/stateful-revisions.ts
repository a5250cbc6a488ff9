/** The templates that a StatefulSet's pods were made of, kept as ControllerRevisions, named by their content. */
import { CONTROLLER_REVISIONS } from '#api/index.ts';
import { keyOf } from '#objects/index.ts';
import { untilSeen, type WorkloadContext } from './context.ts';
import type { ControllerRevision, PodTemplate, StatefulSet } from './kinds.ts';
import { templateHash } from './template-hash.ts';

const HISTORY = 10;

export interface Revisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  /** Oldest first. */
  readonly all: readonly ControllerRevision[];
}

/** Makes the one of the template as it is now if need be; the newest number is its own. */
export async function keepRevisions(context: WorkloadContext, set: StatefulSet): Promise<Revisions> {
  const all = revisionsOf(context, set);
  const name = `${set.metadata.name}-${templateHash(set.spec.template)}`;
  const found = all.find(({ metadata }) => metadata.name === name);
  const last = all.at(-1)?.revision ?? 0;
  const update = found?.revision === last ? found : await put(context, revision(set, name, last + 1), found);
  const current = all.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  return { current, update, all };
}

export function templateOf({ data }: ControllerRevision): PodTemplate {
  const { $patch: _, ...template } = data.spec.template;
  return template;
}

/** Those that no pod was made of go, the oldest first. @param used names */
export async function dropHistory(
  { client }: WorkloadContext,
  { spec }: StatefulSet,
  { all }: Revisions,
  used: ReadonlySet<string | undefined>,
): Promise<void> {
  const unused = all.filter(({ metadata }) => !used.has(metadata.name));
  for (const { metadata } of unused.slice(0, Math.max(0, unused.length - (spec.revisionHistoryLimit ?? HISTORY)))) {
    const { namespace, name, uid } = metadata;
    await client.delete(CONTROLLER_REVISIONS, { namespace, name }, { uid });
  }
}

function revisionsOf({ caches }: WorkloadContext, { metadata }: StatefulSet): ControllerRevision[] {
  return caches.revisions.indexed(metadata.uid ?? '').toSorted((a, b) => a.revision - b.revision);
}

async function put(
  { client, caches, clock }: WorkloadContext,
  wanted: ControllerRevision,
  before: ControllerRevision | undefined,
): Promise<ControllerRevision> {
  const { namespace, name } = wanted.metadata;
  const written = await (before
    ? client.patch<ControllerRevision>(CONTROLLER_REVISIONS, { namespace, name }, { revision: wanted.revision })
    : client.create<ControllerRevision>(CONTROLLER_REVISIONS, wanted));
  const isSeen = () => caches.revisions.get(keyOf(written))?.revision === written.revision;
  await untilSeen(clock, isSeen, caches.revisions);
  return written;
}

/** `kubectl rollout undo` patches the set with the data: the template as a whole. */
function revision({ apiVersion, kind, metadata, spec }: StatefulSet, name: string, number: number): ControllerRevision {
  const { namespace, uid = '' } = metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      namespace,
      name,
      labels: spec.template.metadata?.labels,
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid, controller: true, blockOwnerDeletion: true }],
    },
    data: { spec: { template: { ...spec.template, $patch: 'replace' } } },
    revision: number,
  };
}
