import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from './memory-store.ts';
import { storeSuite } from './store-suite.ts';

storeSuite('memory', ({ historyLimit }) => createMemoryStore({ historyLimit }));

test('revisions go on where they are told to', () => {
  const store = createMemoryStore({ firstRevision: 41 });
  const made = store.create(
    { resource: 'nodes', name: 'n' },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } },
  );
  assert.equal(made.outcome === 'ok' && made.object.metadata.resourceVersion, '42');
  assert.deepEqual(
    store.watch('nodes', { fromRevision: 40 }, () => {}),
    { outcome: 'expired', oldest: 41 },
  );
});
