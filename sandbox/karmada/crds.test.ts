import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStructural, type Schema } from '#objects/index.ts';
import { propagationCrds } from './crds.ts';

test('every definition is structural', () => {
  for (const { metadata, spec } of propagationCrds()) {
    const { versions } = spec as { versions: { schema: { openAPIV3Schema: Schema } }[] };
    assert.deepEqual(checkStructural(versions[0]?.schema.openAPIV3Schema ?? {}), [], metadata.name);
  }
});
