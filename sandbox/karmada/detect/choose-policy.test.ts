import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicySpec, PropagationPolicy } from '../types.ts';
import { choosePolicy } from './choose-policy.ts';
import { claimOf } from './claim.ts';

const template = (claimedBy?: PropagationPolicy) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'demo', labels: { app: 'web' }, ...(claimedBy && claimOf(claimedBy)) },
});

function policy(name: string, spec: Partial<PolicySpec> = {}, namespace = 'demo'): PropagationPolicy {
  const all = [{ apiVersion: 'apps/v1', kind: 'Deployment' }];
  return {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    metadata: { name, namespace, uid: `uid-${name}` },
    spec: { resourceSelectors: all, ...spec },
  };
}

const byName = { resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }] };
const byLabel = {
  resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', labelSelector: { matchLabels: { app: 'web' } } }],
};
const chosen = (...policies: PropagationPolicy[]) => choosePolicy(template(), policies)?.metadata.name;

test('a name beats a label, a label beats the whole kind, and the alphabet decides the rest', () => {
  assert.equal(chosen(policy('a'), policy('b', byLabel), policy('c', byName)), 'c');
  assert.equal(chosen(policy('a'), policy('b', byLabel)), 'b');
  assert.equal(chosen(policy('b'), policy('a')), 'a');
});

test('an explicit priority beats exactness', () => {
  assert.equal(chosen(policy('a', { priority: 1 }), policy('b', byName)), 'a');
});

test('another namespace, another kind, another name: nobody', () => {
  assert.equal(chosen(policy('a', {}, 'other')), undefined);
  assert.equal(chosen(policy('a', { resourceSelectors: [{ apiVersion: 'v1', kind: 'Service' }] })), undefined);
  const other = { ...byName.resourceSelectors[0], apiVersion: 'apps/v1', kind: 'Deployment', name: 'other' };
  assert.equal(chosen(policy('a', { resourceSelectors: [other] })), undefined);
});

test('who has claimed it keeps it, until it no longer selects it', () => {
  const holder = policy('z');
  assert.equal(choosePolicy(template(holder), [policy('a', byName), holder])?.metadata.name, 'z');
  const rewritten = policy('z', { resourceSelectors: [{ apiVersion: 'v1', kind: 'Service' }] });
  assert.equal(choosePolicy(template(holder), [rewritten]), undefined);
});
