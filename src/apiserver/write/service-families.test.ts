import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '#objects/index.ts';
import { createMemoryStore } from '#objects/index.ts';
import { serviceRule } from './service-rule.ts';

const V4 = '10.96.0.0/16';
const V6 = 'fd00:10:96::/112';

/** What becomes of a Service in a cluster with these ranges: its spec, or the first problem. */
function outcome(serviceRanges: readonly string[], spec: JsonObject, before?: JsonObject) {
  const rule = serviceRule({ store: createMemoryStore(), serviceRanges, random: () => 0.5 });
  const whole = { spec: { type: 'ClusterIP', ports: [{ port: 80 }], selector: { app: 'a' }, ...spec } };
  const old = before && { spec: before };
  const made = rule.prepare?.(whole, old, undefined) ?? assert.fail();
  const [problem] = rule.check?.(made, old) ?? [];
  return problem ? `${problem.path}: ${problem.message}` : (made.spec as JsonObject);
}

const seen = (made: ReturnType<typeof outcome>) =>
  typeof made === 'string' ? made : [made.ipFamilyPolicy, made.ipFamilies, made.clusterIPs];

const wrong = (made: ReturnType<typeof outcome>) => (typeof made === 'string' ? made : 'nothing');

const FOUR = '10.96.128.0';
const SIX = 'fd00:10:96::8000';

test('a Service has the cluster’s own family unless it asks', () => {
  assert.deepEqual(seen(outcome([V4], {})), ['SingleStack', ['IPv4'], [FOUR]]);
  assert.deepEqual(seen(outcome([V6], {})), ['SingleStack', ['IPv6'], [SIX]]);
  assert.deepEqual(seen(outcome([V6, V4], {})), ['SingleStack', ['IPv6'], [SIX]]);
});

test('a policy for two families gives an address of each, in the order asked', () => {
  const both = ['PreferDualStack', ['IPv4', 'IPv6'], [FOUR, SIX]];
  assert.deepEqual(seen(outcome([V4, V6], { ipFamilyPolicy: 'PreferDualStack' })), both);
  assert.deepEqual(seen(outcome([V4, V6], { ipFamilies: ['IPv6', 'IPv4'] })), [
    'RequireDualStack',
    ['IPv6', 'IPv4'],
    [SIX, FOUR],
  ]);
  assert.deepEqual(seen(outcome([V4], { ipFamilyPolicy: 'PreferDualStack' })), ['PreferDualStack', ['IPv4'], [FOUR]]);
});

test('what the cluster cannot do is refused', () => {
  assert.match(
    wrong(outcome([V4], { ipFamilyPolicy: 'RequireDualStack' })),
    /^spec.ipFamilyPolicy: .*not configured for dual-stack/,
  );
  assert.match(
    wrong(outcome([V4], { ipFamilies: ['IPv6'] })),
    /^spec.ipFamilies\[0\]: .*not configured on this cluster/,
  );
  assert.match(wrong(outcome([V4], { clusterIP: 'fd00::1' })), /^spec.ipFamilies\[0\]: .*not configured/);
});

test('addresses asked for say the family, and must be of it', () => {
  assert.deepEqual(seen(outcome([V4, V6], { clusterIP: 'fd00:10:96::7' })), [
    'SingleStack',
    ['IPv6'],
    ['fd00:10:96::7'],
  ]);
  assert.deepEqual(seen(outcome([V4, V6], { clusterIPs: ['fd00:10:96::7', '10.96.0.7'] })), [
    'RequireDualStack',
    ['IPv6', 'IPv4'],
    ['fd00:10:96::7', '10.96.0.7'],
  ]);
  assert.match(
    wrong(outcome([V4, V6], { ipFamilies: ['IPv4'], clusterIP: 'fd00:10:96::7' })),
    /^spec.clusterIPs\[0\]: .*expected an IPv4 value as indicated by `ipFamilies\[0\]`/,
  );
  assert.match(wrong(outcome([V4], { clusterIP: '10.97.0.1' })), /not in the valid range/);
});

test('a headless Service without selector has both, whatever the cluster has', () => {
  const headless = { clusterIP: 'None', selector: {} };
  assert.deepEqual(seen(outcome([V6], headless)), ['RequireDualStack', ['IPv6', 'IPv4'], ['None']]);
  assert.deepEqual(seen(outcome([V6], { clusterIP: 'None' })), ['SingleStack', ['IPv6'], ['None']]);
});

test('the second family comes and goes by the policy, the first stays', () => {
  const single = outcome([V4, V6], {}) as JsonObject;
  const dual = outcome([V4, V6], { ...single, ipFamilyPolicy: 'PreferDualStack' }, single) as JsonObject;
  assert.deepEqual(seen(dual), ['PreferDualStack', ['IPv4', 'IPv6'], [FOUR, SIX]]);
  assert.deepEqual(seen(outcome([V4, V6], { ...dual, ipFamilyPolicy: 'SingleStack' }, dual)), [
    'SingleStack',
    ['IPv4'],
    [FOUR],
  ]);
  assert.match(wrong(outcome([V4, V6], { ...single, ipFamilies: ['IPv6'] }, single)), /may not change once set/);
  const alone = outcome([V4, V6], { ...dual, ipFamilies: ['IPv4'], clusterIPs: [FOUR] }, dual);
  assert.deepEqual(seen(alone), seen(dual), 'the policy decides');
});

test('an update that says nothing of it changes nothing', () => {
  const dual = outcome([V4, V6], { ipFamilyPolicy: 'PreferDualStack' }) as JsonObject;
  assert.deepEqual(seen(outcome([V4, V6], { clusterIP: FOUR }, dual)), seen(dual));
  assert.deepEqual(seen(outcome([V4, V6], {}, dual)), seen(dual));
});
