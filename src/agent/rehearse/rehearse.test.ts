/** Real members and a real hub, and what is rehearsed held against what comes of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  crds,
  GLOBAL_TRAFFIC_POLICIES,
  type GlobalTrafficPolicy,
  type GlobalTrafficPolicySpec,
  LEASES,
  MEMBER_CLUSTERS,
} from '#api/index.ts';
import { judgeObject } from '#apiserver/index.ts';
import { rehearse, type ViewedPort } from '#explain/index.ts';
import { isFault, silentLog, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { problemText } from '#objects/index.ts';
import { clusterSet, eventually, exportWeb, mirrorOf, slicesOf } from '../../member/test-cluster-set.ts';
import { lookAt } from './rehearse-change.ts';

const WEB = { namespace: 'demo', name: 'web' };
const NOTHING = { policies: [], drain: [], fail: [], clusters: [], overload: 140, log: silentLog };
const HERE = { serviceProxy: false };

const policyOf = (spec: GlobalTrafficPolicySpec): GlobalTrafficPolicy => ({
  apiVersion: 'sealane.dev/v1alpha1',
  kind: 'GlobalTrafficPolicy',
  metadata: WEB,
  spec,
});

/** By service name and how it is called; enough to hold two views against each other. */
const decisions = (ports: readonly ViewedPort[]) =>
  ports
    .toSorted((a, b) => (`${a.consumer} ${a.calledAs}` < `${b.consumer} ${b.calledAs}` ? -1 : 1))
    .map(({ consumer, calledAs, compiled }) => [consumer, calledAs, compiled.compiled] as const);

async function threeMembers(t: Parameters<typeof clusterSet>[0]) {
  const set = await clusterSet(t, ['a', 'b', 'c']);
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    const address = `172.30.77.${i + 21}`;
    const gateway = JSON.stringify({ name: 'n1', address, addresses: [address], device: 'wan0' });
    await set.member(name).client.apply(
      LEASES,
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: {
          namespace: 'sealane-system',
          name: 'agent-n1',
          labels: { 'sealane.dev/agent': 'true' },
          annotations: { 'sealane.dev/gateway': gateway },
        },
        spec: { holderIdentity: 'n1', renewTime: '2026-01-01T00:00:00.000000Z' },
      } as never,
      { fieldManager: 'sealane-agent' },
    );
  }
  await exportWeb(set.member('b'), { ready: 3 });
  await exportWeb(set.member('c'), { ready: 1, total: 2 });
  const seen = async () => {
    const slices = await slicesOf(set.member('a'));
    const mirrors = await Promise.all(['b', 'c'].map((name) => mirrorOf(set.member('a'), name)));
    return slices['b'] && slices['c'] && mirrors.every((one) => one?.status?.gateways?.length === 1);
  };
  await eventually('both imported, and their gateways known', seen, Boolean);
  return set;
}

const key = fc.constantFrom('a', 'b', 'c', 'eu/*/*/*', '*/*/*/c', 'nowhere', 'one/two');
const spec: fc.Arbitrary<GlobalTrafficPolicySpec> = fc.record(
  {
    lbType: fc.constantFrom('Locality' as const, 'FailOver' as const, 'ActiveActive' as const),
    targets: fc.array(
      fc.record(
        { clusterKey: key, weight: fc.constantFrom(0, 1, 7, 100, 10_000, 10_001) },
        { requiredKeys: ['clusterKey'] },
      ),
      { maxLength: 3 },
    ),
    failover: fc.record({ minReadyPercent: fc.constantFrom(0, 60, 100), overflow: fc.constantFrom(99, 100, 140) }),
    fallback: fc.constantFrom('Any' as const, 'None' as const),
  },
  { requiredKeys: ['lbType'] },
);

async function whyRefused(client: Client, policy: GlobalTrafficPolicy): Promise<string[]> {
  try {
    await client.create(GLOBAL_TRAFFIC_POLICIES, policy);
    return [];
  } catch (error) {
    if (!isFault(error, 'kube/invalid')) throw error;
    const { causes } = error.fields as { causes: readonly { field?: string; message: string }[] };
    return causes.map(({ field = '', message }) => problemText({ path: field, reason: 'FieldValueInvalid', message }));
  }
}

test('a rehearsal', async (t) => {
  const set = await threeMembers(t);
  const { client } = set.member('a');
  await t.test('what is rehearsed is refused as it would be, or comes true', async () => {
    let [taken, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(spec, async (wanted) => {
        const judged = judgeObject(crds({ role: 'member' }), policyOf(wanted), systemClock);
        await client.delete(GLOBAL_TRAFFIC_POLICIES, WEB);
        if (!judged.ok) {
          refused += 1;
          const text = judged.problems.map(problemText);
          return assert.deepEqual(await whyRefused(client, policyOf(wanted)), text);
        }
        taken += 1;
        const policies = [judged.value as GlobalTrafficPolicy];
        const rehearsed = await lookAt(client, HERE, { ...NOTHING, policies });
        await client.create(GLOBAL_TRAFFIC_POLICIES, policyOf(wanted));
        const real = await lookAt(client, HERE, NOTHING);
        assert.deepEqual(decisions(rehearsed.after), decisions(real.before));
      }),
      { numRuns: 15 },
    );
    assert.ok(taken > 1 && refused > 1, `${taken} taken, ${refused} refused`);
  });

  await t.test('a drain comes true as it was rehearsed, from the hub as from the member', async () => {
    await client.delete(GLOBAL_TRAFFIC_POLICIES, WEB);
    const change = { ...NOTHING, drain: ['b'] };
    const rehearsed = await lookAt(client, HERE, change);
    const fromHub = await lookAt(set.hub, HERE, { ...change, clusters: ['a'] });
    assert.deepEqual(decisions(rehearsed.before), [
      [
        'a',
        'ClusterSet',
        [
          [
            { cluster: 'b', weight: 3 },
            { cluster: 'c', weight: 1 },
          ],
        ],
      ],
    ]);
    assert.deepEqual(decisions(fromHub.before), decisions(rehearsed.before));
    assert.deepEqual(decisions(fromHub.after), decisions(rehearsed.after));
    await set.hub.patch(MEMBER_CLUSTERS, { name: 'b' }, { spec: { drain: true } });
    await eventually(
      'the drain',
      () => mirrorOf(set.member('a'), 'b'),
      (one) => one?.spec?.drain === true,
    );
    assert.deepEqual(decisions((await lookAt(client, HERE, NOTHING)).before), decisions(rehearsed.after));
    const failed = await lookAt(client, HERE, { ...NOTHING, fail: ['c'] });
    assert.deepEqual(decisions(failed.after), [['a', 'ClusterSet', []]]);
    assert.deepEqual((await lookAt(client, HERE, { ...NOTHING, fail: ['a'] })).after, []);
  });

  await t.test(
    'who is down, say this cluster’s Leases, gets no calls, and a drain of the other is refused',
    async () => {
      await set.hub.patch(MEMBER_CLUSTERS, { name: 'b' }, { spec: { drain: false } });
      await eventually(
        'the end of the drain',
        () => mirrorOf(set.member('a'), 'b'),
        (one) => one?.spec?.drain === false,
      );
      const say = (node: string, renewTime: string, verdict: string) =>
        client.apply(
          LEASES,
          {
            apiVersion: 'coordination.k8s.io/v1',
            kind: 'Lease',
            metadata: {
              namespace: 'sealane-system',
              name: `agent-${node}`,
              labels: { 'sealane.dev/gateway': 'true' },
              annotations: { 'sealane.dev/verdicts': JSON.stringify({ b: { '172.30.77.22': verdict } }) },
            },
            spec: { renewTime },
          } as never,
          { fieldManager: `test-${node}` },
        );
      const change = { ...NOTHING, drain: ['c'] };
      const rehearsed = async () => {
        const { before, after } = await lookAt(client, HERE, change);
        const { moves, refused, down } = rehearse(before, after, change);
        return {
          moves: moves.map((one) => `${one.cluster} ${one.before} ${one.after}`),
          refused: refused.length,
          down,
        };
      };
      await say('n2', '2026-01-01T00:00:00.000000Z', 'up');
      await say('n1', '2026-01-01T00:00:30.000000Z', 'down');
      assert.deepEqual(await rehearsed(), { moves: ['b 75 100', 'c 25 0'], refused: 0, down: [] });
      await say('n1', '2026-01-01T00:00:40.000000Z', 'down');
      const down = [{ consumer: 'a', cluster: 'b', gateways: ['172.30.77.22'] }];
      assert.deepEqual(await rehearsed(), { moves: ['c 100 0'], refused: 1, down });
    },
  );

  await t.test('a member that nobody knows is refused by name', async () => {
    const asked = lookAt(client, HERE, { ...NOTHING, drain: ['z'] });
    await assert.rejects(asked, {
      code: 'agent/unknown-member',
      message: /--drain z: no member is called so \(members: a, b, c\)/,
    });
  });
});
