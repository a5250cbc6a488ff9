import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUILT_IN } from './built-in.ts';
import { readTopology } from './read-topology.ts';
import { savedTopology, topologyText } from './saved-topology.ts';

test('a topology is read back as it was', () => {
  for (const [name, text] of Object.entries(BUILT_IN)) {
    const topology = readTopology(text, name);
    assert.deepEqual(savedTopology(topologyText(topology)), topology);
  }
});
