/** What makes no sense never gets into an API server: refused with the field, what was met and what is expected; nothing is stored. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  CLUSTER_EXPORTS,
  GLOBAL_TRAFFIC_POLICIES,
  MAX_GATEWAYS,
  MAX_HEADLESS_ENDPOINTS,
  MEMBER_CLUSTERS,
} from '#api/index.ts';
import { compatTypes } from '#compat/index.ts';
import { isFault } from '#kit/index.ts';
import type { ResourceType } from '#objects/index.ts';
import { startTestServer } from './test-api-server.ts';

const server = await startTestServer('member');
const client = server.client();
after(async () => {
  client.close();
  await server.close();
});

const ANCESTORS = compatTypes().find(({ kind }) => kind === 'GlobalTrafficPolicy') as ResourceType;
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const targets = (...weights: number[]) => weights.map((weight, i) => ({ clusterKey: `c${i}`, weight }));
const tooMany = many(10_000, (i) => ({ clusterKey: `c${i}` }));
const endpoint = (i: number) => ({ name: `p${i}`, podAddress: '10.1.0.1', ready: true, ports: [] });
const exported = (endpoints: object[]) => ({
  ...{ cluster: 'a', service: { namespace: 'demo', name: 'web' }, type: 'Headless', ipFamilies: ['IPv4'], ports: [] },
  endpoints,
});

const REFUSED: readonly (readonly [what: string, type: ResourceType, spec: object, says: RegExp])[] = [
  [
    'weights of 0 only',
    GLOBAL_TRAFFIC_POLICIES,
    { lbType: 'ActiveActive', targets: targets(0, 0) },
    /spec\.targets: no target of ActiveActive has a weight above 0/,
  ],
  [
    'a weight below 0',
    GLOBAL_TRAFFIC_POLICIES,
    { lbType: 'ActiveActive', targets: targets(-1) },
    /spec\.targets\[0\]\.weight: Invalid value: -1: .* should be greater than or equal to 0/,
  ],
  [
    'a weight that is too large',
    GLOBAL_TRAFFIC_POLICIES,
    { lbType: 'ActiveActive', targets: targets(10_001) },
    /spec\.targets\[0\]\.weight: Invalid value: 10001: .* should be less than or equal to 10000/,
  ],
  [
    'a threshold of readiness out of range',
    GLOBAL_TRAFFIC_POLICIES,
    { failover: { minReadyPercent: 101 } },
    /spec\.failover\.minReadyPercent: Invalid value: 101: .* should be less than or equal to 100/,
  ],
  [
    'a threshold of failures out of range',
    GLOBAL_TRAFFIC_POLICIES,
    { ejection: { consecutiveFailures: 0 } },
    /spec\.ejection\.consecutiveFailures: Invalid value: 0: .* should be greater than or equal to 1/,
  ],
  [
    '10,000 targets',
    GLOBAL_TRAFFIC_POLICIES,
    { lbType: 'ActiveActive', targets: tooMany },
    /spec\.targets: Too many: 10000: must have at most 64 items/,
  ],
  [
    '10,000 targets of an ancestor’s policy',
    ANCESTORS,
    { lbType: 'ActiveActive', targets: tooMany },
    /spec\.targets: Too many: 10000: must have at most 64 items/,
  ],
  [
    'a key that is none',
    GLOBAL_TRAFFIC_POLICIES,
    { lbType: 'ActiveActive', targets: [{ clusterKey: 'eu/b' }] },
    /spec\.targets\[0\]\.clusterKey: Invalid value: "eu\/b": a member name is expected, or region\/zone\/group\/cluster/,
  ],
  [
    'a headless service of more pods than may be exported',
    CLUSTER_EXPORTS,
    exported(many(MAX_HEADLESS_ENDPOINTS + 1, endpoint)),
    /spec\.endpoints: Too many: 101: must have at most 100 items/,
  ],
];

for (const [what, type, spec, says] of REFUSED)
  test(`refused is ${what}`, async () => {
    const metadata = { namespace: 'default', name: 'web' };
    const object = { apiVersion: `${type.group}/${type.version}`, kind: type.kind, metadata, spec };
    await assert.rejects(
      client.create(type, object),
      (error) => isFault(error, 'kube/invalid') && says.test(error.message),
    );
    assert.deepEqual(await client.list(type), []);
  });

test('refused are more gateways than others would probe, and addresses that are none by their length', async () => {
  const metadata = { name: 'a' };
  await client.create(MEMBER_CLUSTERS, {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'MemberCluster',
    metadata,
    spec: {},
  });
  const publish = (count: number, address: string) => {
    const gateways = many(count, (i) => ({ name: `n${i}`, address }));
    return client.patch(MEMBER_CLUSTERS, metadata, { status: { gateways } }, { subresource: 'status' });
  };
  await assert.rejects(
    publish(MAX_GATEWAYS + 1, '192.0.2.1'),
    /status\.gateways: Too many: 101: must have at most 100/,
  );
  await assert.rejects(publish(1, 'x'.repeat(46)), /status\.gateways\[0\]\.address: Too long: may not be more than 45/);
  await publish(MAX_GATEWAYS, '192.0.2.1');
});
