import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANNOTATION_TRIGGER_TIME, type EndpointSlice } from '#api/index.ts';
import { silentLog, systemClock } from '#kit/index.ts';
import { createMetrics } from '#observe/index.ts';
import { ApplyLag } from './apply-lag.ts';

const START = Date.parse('2030-01-01T00:00:00Z');

function slice(changed: string): EndpointSlice {
  const metadata = { name: 'cart-1', annotations: { [ANNOTATION_TRIGGER_TIME]: changed } };
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType: 'IPv4', endpoints: [] };
}

function stage() {
  const at = { ms: 0 };
  const clock = { ...systemClock, now: () => START + at.ms, monotonic: () => at.ms };
  const metrics = createMetrics('agent', silentLog);
  const read = async (name: string) => {
    const text = await metrics.scrape();
    return ['sum', 'count'].map((what) =>
      Number(new RegExp(`^sealane_agent_${name}_seconds_${what} (.*)$`, 'm').exec(text)?.[1]),
    );
  };
  return { at, lag: new ApplyLag(metrics, clock), read };
}

test('the time from a change seen to the kernel is counted once, from the first of several changes', async () => {
  const { at, lag, read } = stage();
  lag.seen('shop/cart');
  at.ms = 20;
  lag.seen('shop/cart');
  at.ms = 50;
  lag.applied('shop/cart', []);
  lag.applied('shop/cart', []);
  assert.deepEqual(await read('apply_duration'), [0.05, 1]);
  assert.deepEqual(await read('endpoint_lag'), [0, 0]);
});

test('a change of a pod is counted by the newest slice, once, and not if it is older than the agent', async () => {
  const { at, lag, read } = stage();
  at.ms = 6000;
  for (let round = 0; round < 2; round++) {
    lag.seen('shop/cart');
    lag.applied('shop/cart', [slice('2029-12-31T23:00:00Z'), slice('2030-01-01T00:00:04Z')]);
  }
  lag.seen('shop/menu');
  lag.applied('shop/menu', [slice('2029-12-31T23:00:00Z'), slice('not a time')]);
  assert.deepEqual(await read('endpoint_lag'), [2, 1]);
});
