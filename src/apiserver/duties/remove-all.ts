import { type KubeObject, type Store, storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { Writer } from '../write/writer.ts';

/** @param namespace absent: everywhere. @returns those that stay for now, held by a finalizer or a kubelet */
export function removeAll(store: Store, writer: Writer, asked: Asked, namespace?: string): readonly KubeObject[] {
  const outcome = store.list(storeResource(asked.type), { namespace });
  const objects = outcome.outcome === 'ok' ? outcome.items : [];
  return objects.flatMap((object) => {
    if (object.metadata.deletionTimestamp) return [object];
    const { object: marked, gone } = writer.remove(asked, object.metadata, { dryRun: false });
    return gone ? [] : [marked];
  });
}
