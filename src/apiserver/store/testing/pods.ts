import assert from 'node:assert/strict';
import type { Store } from '#objects/index.ts';

export function createPod(store: Store, name: string, text = ''): void {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'x' }, spec: { text } };
  store.create({ resource: 'pods', namespace: 'x', name }, pod);
}

export function podNames(store: Store): string[] {
  const found = store.list('pods');
  assert.ok('items' in found);
  return found.items.map(({ metadata }) => metadata.name);
}
