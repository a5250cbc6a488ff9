import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterExport, MemberCluster, MemberClusterSpec } from '#api/index.ts';
import { leftAlone } from './left-alone.ts';

const member = (name: string, spec: MemberClusterSpec = {}, ready = true): MemberCluster => ({
  apiVersion: 'sealane.dev/v1alpha1',
  kind: 'MemberCluster',
  metadata: { name },
  spec,
  status: {
    conditions: [
      {
        type: 'Ready',
        status: ready ? 'True' : 'False',
        reason: '',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  },
});

/** @param ready by port */
function exported(cluster: string, name: string, ready: Record<number, number>, withdrawn?: string): ClusterExport {
  const ports = Object.entries(ready).map(([port, count]) => ({
    name: `p${cluster}`,
    protocol: 'TCP' as const,
    port: Number(port),
    ready: count,
    total: 3,
  }));
  return {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'ClusterExport',
    metadata: { namespace: `sealane-${cluster}`, name: `shop.${name}` },
    spec: {
      cluster,
      service: { namespace: 'shop', name },
      type: 'ClusterSetIP',
      ipFamilies: ['IPv4'],
      ports,
      ...(withdrawn && { withdrawn }),
    },
  };
}

const all = { drained: true };
const east = member('east');
const cart = exported('east', 'cart', { 80: 2 });

test('a service that another member serves as well is not left alone', () => {
  const exports = [cart, exported('west', 'cart', { 80: 1 })];
  assert.deepEqual(leftAlone([east, member('west')], exports, 'east', all), []);
});

test('one that nobody else serves is, whatever keeps the others from it', () => {
  const west = (spec: MemberClusterSpec, ready = true, one = exported('west', 'cart', { 80: 1 })) =>
    leftAlone([east, member('west', spec, ready)], [cart, one], 'east', all);
  const alone = ['shop/cart'];
  assert.deepEqual(leftAlone([east, member('west')], [cart], 'east', all), alone);
  assert.deepEqual(west({ removed: true }), alone);
  assert.deepEqual(west({ drain: true }), alone);
  assert.deepEqual(west({ drainServices: ['shop/cart'] }), alone);
  assert.deepEqual(west({ drainServices: ['shop/web'] }), []);
  assert.deepEqual(west({}, false), alone, 'nobody can call it');
  assert.deepEqual(west({}, true, exported('west', 'cart', { 80: 0 })), alone, 'nothing is ready');
  assert.deepEqual(west({}, true, exported('west', 'cart', { 80: 1 }, '2026-01-01T00:00:00Z')), alone, 'withdrawn');
  assert.deepEqual(leftAlone([east], [cart, exported('west', 'cart', { 80: 1 })], 'east', all), alone, 'no member');
});

test('of a service whose ports others have in part, those that they have not are named', () => {
  const exports = [exported('east', 'cart', { 80: 1, 443: 1, 9090: 0 }), exported('west', 'cart', { 80: 1 })];
  assert.deepEqual(leftAlone([east, member('west')], exports, 'east', all), ['shop/cart (443/TCP)']);
});

test('services that are not drained, and what has nothing ready anyway, are not spoken of', () => {
  const exports = [cart, exported('east', 'web', { 80: 1 }), exported('east', 'api', { 80: 0 })];
  const drained = { drained: false, drainedServices: ['shop/web'] };
  assert.deepEqual(leftAlone([east], exports, 'east', drained), ['shop/web']);
  assert.deepEqual(leftAlone([east], exports, 'east', all), ['shop/cart', 'shop/web']);
});
