import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#kit/index.ts';
import { answerLine } from './surroundings.ts';
import { createTally } from './tally.ts';

test('answers are counted by cluster and pod, failures by reason', async () => {
  const tally = createTally(systemClock);
  const from = (cluster: string, pod: string) => () =>
    Promise.resolve(`hello\n${answerLine({ cluster, pod, addresses: ['10.0.0.1'], notReadyFile: '' }, '10.0.0.2')}`);
  await tally.count(from('c1', 'a'));
  await tally.count(from('c1', 'b'));
  await tally.count(from('c2', 'a'));
  await tally.count(() => Promise.resolve('who knows'));
  await tally.count(() => Promise.reject(Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' })));
  await tally.count(() => Promise.reject(new Error('HTTP 503')));
  const { count, ok, failed, clusters, pods, failures } = tally.result();
  assert.deepEqual({ count, ok, failed }, { count: 6, ok: 4, failed: 2 });
  assert.deepEqual(clusters, { c1: 2, c2: 1, '-': 1 });
  assert.deepEqual(pods, { 'c1/a': 1, 'c1/b': 1, 'c2/a': 1, '-/-': 1 });
  assert.deepEqual(failures, { ECONNREFUSED: 1, 'HTTP 503': 1 });
});
