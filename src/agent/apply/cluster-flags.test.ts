import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClusterFlags } from './cluster-flags.ts';
import { ClusterIndex } from './cluster-index.ts';

const DRAINED = 1;
const DOWN = 2;

test('clusters are down or not as is said, the own one never, and other flags stay', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-flags-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const index = new ClusterIndex(join(folder, 'clusters.json'), 'here');
  const [east, west] = [index.numberOf('east'), index.numberOf('west')];
  const words = new Map([
    [east, DOWN],
    [west, DRAINED],
  ]);
  const flags = new ClusterFlags(
    { size: 8, get: (at) => words.get(at) ?? 0, set: (at, value) => void words.set(at, value) },
    index,
  );
  flags.setDown(new Set(['west', 'north', 'here']));
  const at = (name: string) => words.get(index.numberOf(name)) ?? 0;
  assert.deepEqual([at('here'), at('east'), at('west'), at('north')], [0, 0, DRAINED | DOWN, DOWN]);
  flags.setDown(new Set());
  assert.deepEqual([at('east'), at('west'), at('north')], [0, DRAINED, 0]);
});
