import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, type Judgement, type ProbeThresholds, UNJUDGED } from './probe-judgement.ts';

function after(results: string, thresholds: ProbeThresholds): boolean | undefined {
  return results.split('').reduce<Judgement>((before, result) => judge(before, result === '+', thresholds), UNJUDGED)
    .healthy;
}

test('nothing is believed before a threshold is reached', () => {
  assert.equal(after('', {}), undefined);
  assert.equal(after('--', {}), undefined);
  assert.equal(after('+', { successThreshold: 2 }), undefined);
});

test('one success is enough by default, three failures in a row end it', () => {
  assert.equal(after('+', {}), true);
  assert.equal(after('+--', {}), true);
  assert.equal(after('+---', {}), false);
});

test('a success between failures starts the count again', () => {
  assert.equal(after('+--+--', {}), true);
  assert.equal(after('---+-+', { successThreshold: 2 }), false);
  assert.equal(after('---++', { successThreshold: 2 }), true);
});
