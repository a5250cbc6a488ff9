import { type Store, storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { Writer } from '../write/writer.ts';

/** @param namespace absent: everywhere. @returns how many stay for now, held by a finalizer or a kubelet */
export function removeAll(store: Store, writer: Writer, asked: Asked, namespace?: string): number {
  const outcome = store.list(storeResource(asked.type), { namespace });
  const objects = outcome.outcome === 'ok' ? outcome.items : [];
  return objects.filter(
    ({ metadata }) => metadata.deletionTimestamp || !writer.remove(asked, metadata, { dryRun: false }).gone,
  ).length;
}
