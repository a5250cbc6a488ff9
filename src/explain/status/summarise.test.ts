import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterObject, SeenCondition } from './model.ts';
import { summarise } from './summarise.ts';

const so = (
  type: string,
  status: SeenCondition['status'] = 'True',
  more: Partial<SeenCondition> = {},
): SeenCondition => ({
  type,
  status,
  reason: status === 'True' ? type : 'Pending',
  message: '',
  ...more,
});

const member: ClusterObject = {
  apiVersion: 'sealane.dev/v1alpha1',
  kind: 'MemberCluster',
  metadata: { name: 'east' },
  spec: { transport: 'Plain' },
  status: { conditions: [so('Ready')], gateways: [{ name: 'node1', address: '192.0.2.11' }] },
};

function policy(conditions: readonly SeenCondition[], generation = 1): ClusterObject {
  return {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'GlobalTrafficPolicy',
    metadata: { namespace: 'shop', name: 'web', generation },
    spec: { lbType: 'ActiveActive', targets: [{ clusterKey: 'east', weight: 3 }, { clusterKey: 'west' }] },
    status: { conditions },
  };
}

test('a set is settled when every object has what its kind needs', () => {
  const report = summarise([policy([so('Accepted'), so('TargetsResolved'), so('Programmed')]), member]);
  assert.equal(report.settled, true);
  assert.deepEqual(
    report.lines.map(({ kind, detail }) => [kind, detail]),
    [
      ['MemberCluster', 'Plain; gateways: node1 192.0.2.11'],
      ['GlobalTrafficPolicy', 'ActiveActive: east 3, west'],
    ],
  );
});

test('what is missing is named with the reason and the sentence of the condition', () => {
  const waiting = so('Programmed', 'False', { message: 'node2 has generation 1' });
  const { settled, missing } = summarise([member, policy([so('Accepted'), waiting])]);
  assert.equal(settled, false);
  assert.deepEqual(missing, [
    'GlobalTrafficPolicy shop/web: TargetsResolved is not said yet',
    'GlobalTrafficPolicy shop/web: Programmed is False, Pending: node2 has generation 1',
  ]);
});

test('a member that is not reached from here is missing; one of which nobody can tell is not', () => {
  const seen = (status: SeenCondition['status']) => {
    const reach = so('Reachable', status, {
      reason: 'NoGatewayAnswers',
      message: 'probes are not answered by 192.0.2.11',
    });
    return summarise([{ ...member, status: { conditions: [so('Ready'), reach] } }]).missing;
  };
  assert.deepEqual(seen('False'), [
    'MemberCluster east: Reachable is False, NoGatewayAnswers: probes are not answered by 192.0.2.11',
  ]);
  assert.deepEqual([...seen('Unknown'), ...seen('True')], []);
});

test('what somebody has to look after is said, and not waited for', () => {
  const full = so('TablePressure', 'True', { reason: 'TableFillsUp', message: 'vips on node1: 90 %' });
  const report = summarise([{ ...member, status: { conditions: [so('Ready'), full] } }]);
  assert.equal(report.settled, true);
  assert.deepEqual(report.warnings, ['MemberCluster east: TablePressure, TableFillsUp: vips on node1: 90 %']);
  assert.deepEqual(summarise([member]).warnings, []);
});

test('a condition that was said of an earlier version of the object does not count', () => {
  const all = ['Accepted', 'TargetsResolved', 'Programmed'].map((type) => so(type, 'True', { observedGeneration: 1 }));
  assert.equal(summarise([member, policy(all, 1)]).settled, true);
  assert.equal(summarise([member, policy(all, 2)]).missing.length, 3);
});

test('nothing is waited for of a policy that another one overrules, nor of a member that has left', () => {
  const overruled = policy([so('Accepted', 'False', { reason: 'Ignored' })]);
  const left: ClusterObject = { ...member, metadata: { name: 'west' }, spec: { removed: true }, status: {} };
  assert.equal(summarise([member, left, overruled]).settled, true);
});

test('an export in a cluster that does not have the Service is shown and not waited for', () => {
  const dispatched: ClusterObject = {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceExport',
    metadata: { namespace: 'shop', name: 'web' },
    status: { conditions: [so('Valid', 'False', { reason: 'NoService' }), so('Ready', 'False')] },
  };
  const { settled, lines } = summarise([member, dispatched]);
  assert.deepEqual([settled, lines[1]?.conditions[0]?.reason], [true, 'NoService']);
});

test('a cluster without members is not settled', () => {
  assert.deepEqual(summarise([]).missing, ['no member has joined']);
});

test('a kind that may not be read is said to be missing, never taken for ready', () => {
  const { settled, missing } = summarise([member], ['serviceexports.multicluster.x-k8s.io']);
  assert.equal(settled, false);
  assert.match(missing.join(), /serviceexports.*: .*may not/);
});

test('what is drained is shown with what is left of it, where members tell that', () => {
  const left = (connections: number, nodes = 2) => ({
    ...member,
    status: { ...member.status, leftOver: [{ cluster: 'west', connections, nodes, allNodes: 2 }] },
  });
  const west = (spec: ClusterObject['spec']): ClusterObject => ({ ...member, metadata: { name: 'west' }, spec });
  const shown = (...objects: ClusterObject[]) =>
    summarise(objects)
      .lines.find(({ name }) => name === 'west')
      ?.detail.split(';')[0];
  const gone = { removed: true, drain: true };
  assert.equal(shown(member, west({ drain: true })), 'draining');
  assert.equal(
    shown(left(3), west({ drainServices: ['shop/cart'] })),
    'draining shop/cart: 3 connections left, waiting for west',
  );
  assert.equal(shown(left(0), west(gone)), 'removed');
  assert.equal(shown(left(0), west({})), 'gateways: node1 192.0.2.11');
});
