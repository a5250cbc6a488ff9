import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ANNOTATION_ENDPOINTS,
  type EndpointSlice,
  LABEL_MANAGED_BY,
  LABEL_SOURCE_CLUSTER,
  MANAGED_BY_MEMBER,
  type Service,
  type ServiceImport,
} from '#api/index.ts';
import { formatIp } from '#kit/index.ts';
import { type Member, type TrafficPolicy, trafficPolicy } from '#plan/index.ts';
import type { DesiredService } from '../apply/desired.ts';
import { importedCluster } from './imported-cluster.ts';
import { compileService, type ServiceInputs, type Site } from './service-tables.ts';

const member = (name: string, change: Partial<Member> = {}): Member => ({
  name,
  region: 'eu',
  zone: name,
  group: 'default',
  drained: false,
  removed: false,
  transport: 'Plain',
  gateways: [
    { name: 'g1', address: `192.0.2.${name.charCodeAt(0)}`, weight: 100 },
    { name: 'g2', address: `198.51.100.${name.charCodeAt(0)}`, weight: 100 },
  ],
  ...change,
});

const site = (change: Partial<Site> = {}, ...members: Member[]): Site => ({
  cluster: 'a',
  node: 'n1',
  serviceProxy: true,
  members: new Map((members.length > 0 ? members : [member('a'), member('b')]).map((one) => [one.name, one])),
  reachable: ({ gateways }) => gateways.length > 0,
  ...change,
});

const meta = { name: 'web', namespace: 'shop' };
const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta,
  spec: { clusterIP: '10.96.0.7', ports: [{ name: 'http', protocol: 'TCP', port: 80 }] },
};
const serviceImport: ServiceImport = {
  apiVersion: 'multicluster.x-k8s.io/v1beta1',
  kind: 'ServiceImport',
  metadata: meta,
  spec: { type: 'ClusterSetIP', ips: ['240.10.1.1'], ports: [{ name: 'http', protocol: 'TCP', port: 80 }] },
};

const slice = (...addresses: string[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
});

const imported = (cluster: string, lanePort: number, counts: string) =>
  importedCluster({
    ...slice(`240.10.0.${lanePort % 100}`),
    metadata: {
      name: `web.${cluster}`,
      labels: { [LABEL_SOURCE_CLUSTER]: cluster, [LABEL_MANAGED_BY]: MANAGED_BY_MEMBER },
      annotations: { [ANNOTATION_ENDPOINTS]: counts },
    },
    ports: [{ name: 'http', protocol: 'TCP', port: lanePort }],
  }) ?? assert.fail('an imported slice is one');

const inputs = (change: Partial<ServiceInputs> = {}): ServiceInputs => ({
  name: { namespace: 'shop', name: 'web' },
  service,
  slices: [slice('10.244.1.2', '10.244.2.3')],
  serviceImport,
  imported: [imported('a', 10_001, 'http=2/2'), imported('b', 10_002, 'http=2/2')],
  ...change,
});

const shared: TrafficPolicy = trafficPolicy({
  lbType: 'ActiveActive',
  targets: [
    { clusterKey: 'a', weight: 3 },
    { clusterKey: 'b', weight: 1 },
  ],
});

/** Where calls of an address may end, tier by tier, each cluster with its slots. */
function reach(desired: readonly DesiredService[], address: string, port = 80) {
  const found = desired.find((one) => formatIp(one.address) === address && one.port === port);
  return found?.tiers.map(({ slots }) =>
    Object.fromEntries([...new Set(slots)].toSorted().map((key) => [key, slots.filter((slot) => slot === key).length])),
  );
}

function backends(desired: readonly DesiredService[], address: string, cluster: string, port = 80) {
  const found = desired.find((one) => formatIp(one.address) === address && one.port === port);
  return found?.groups
    .find(({ key }) => key === cluster)
    ?.backends.map((one) => `${formatIp(one.address)}:${one.port}`);
}

test('own pods are called at their own address, another cluster at its gateways’ lane port', () => {
  const { desired } = compileService(site(), inputs({ policy: shared }));
  assert.deepEqual(reach(desired, '240.10.1.1')?.[0], { a: 3, b: 1 });
  assert.deepEqual(backends(desired, '240.10.1.1', 'a'), ['10.244.1.2:8080', '10.244.2.3:8080']);
  assert.deepEqual(backends(desired, '240.10.1.1', 'b'), ['192.0.2.98:10002', '198.51.100.98:10002']);
});

test('backends are ejected as the policy says, by default on the VIP, and not on a ClusterIP that no policy speaks of', () => {
  const limits = (policy?: TrafficPolicy) =>
    Object.fromEntries(
      compileService(site(), inputs(policy && { policy })).desired.map((one) => [formatIp(one.address), one.limits]),
    );
  const byDefault = { failures: 3, percent: 50, resets: 0, baseMs: 5000 };
  const peers = { '240.10.0.1': byDefault, '240.10.0.2': byDefault };
  assert.deepEqual(limits(), { '240.10.1.1': byDefault, '10.96.0.7': undefined, ...peers });
  const soon = trafficPolicy({
    appliesTo: ['ClusterSet', 'Service'],
    ejection: { consecutiveFailures: 1, maxPercent: 100 },
    connections: { onEject: 'Reset' },
  });
  const asAsked = { failures: 1, percent: 100, resets: 1, baseMs: 5000 };
  assert.deepEqual(limits(soon), { '240.10.1.1': asAsked, '10.96.0.7': asAsked, ...peers });
});

test('the ClusterIP stays with the own pods unless a policy speaks of the Service', () => {
  const own = compileService(site(), inputs({ policy: shared })).desired;
  assert.deepEqual(
    reach(own, '10.96.0.7')?.map((tier) => Object.keys(tier)),
    [['a']],
  );
  const both: TrafficPolicy = { ...shared, appliesTo: ['ClusterSet', 'Service'] };
  assert.deepEqual(reach(compileService(site(), inputs({ policy: both })).desired, '10.96.0.7')?.[0], { a: 3, b: 1 });
});

test('where kube-proxy serves ClusterIPs only a policy that speaks of the Service takes them over', () => {
  const beside = site({ serviceProxy: false });
  assert.equal(reach(compileService(beside, inputs()).desired, '10.96.0.7'), undefined);
  const both: TrafficPolicy = { ...shared, appliesTo: ['ClusterSet', 'Service'] };
  assert.deepEqual(reach(compileService(beside, inputs({ policy: both })).desired, '10.96.0.7')?.[0], { a: 3, b: 1 });
});

test('a local Service that is not exported gets nothing from the VIP', () => {
  const { desired } = compileService(site(), inputs({ imported: [imported('b', 10_002, 'http=1/1')] }));
  assert.deepEqual(reach(desired, '240.10.1.1'), [{ b: 1 }]);
});

test('a drained member, and one that no lane reaches, get no new connection', () => {
  const drained = compileService(
    site({}, member('a'), member('b', { drained: true })),
    inputs({ policy: shared }),
  ).desired;
  assert.deepEqual(reach(drained, '240.10.1.1'), [{ a: 1 }]);
  const unreachable = compileService(site({ reachable: () => false }), inputs({ policy: shared })).desired;
  assert.deepEqual(reach(unreachable, '240.10.1.1'), [{ a: 1 }]);
});

test('where single services of a member are drained, only those leave it', () => {
  const served = (...drainedServices: string[]) =>
    reach(
      compileService(site({}, member('a'), member('b', { drainedServices })), inputs({ policy: shared })).desired,
      '240.10.1.1',
    )?.[0];
  assert.deepEqual(served('shop/web'), { a: 1 });
  assert.deepEqual(served('shop/cart', 'other/web'), { a: 3, b: 1 });
});

test('a peer address leads to that cluster’s gateways on the lane port, and refuses other ports', () => {
  const { desired } = compileService(site(), inputs());
  const peer = desired.find(({ port }) => port === 10_002) ?? assert.fail('no peer address');
  assert.deepEqual(backends(desired, formatIp(peer.address), 'b', 10_002), ['192.0.2.98:10002', '198.51.100.98:10002']);
  assert.ok(peer.ownsAddress);
});

test('a port that another cluster’s export named differently still finds the own pods by its number', () => {
  const renamed = {
    ...serviceImport,
    spec: { ...serviceImport.spec, ports: [{ name: 'web', protocol: 'TCP' as const, port: 80 }] },
  };
  const merged = { ...imported('a', 10_001, 'web=2/2') };
  const own = { ...merged, ports: merged.ports.map((port) => ({ ...port, name: 'web', ready: 2, total: 2 })) };
  const { desired } = compileService(site(), inputs({ serviceImport: renamed, imported: [own] }));
  assert.deepEqual(backends(desired, '240.10.1.1', 'a'), ['10.244.1.2:8080', '10.244.2.3:8080']);
});

test('with nothing ready anywhere the call is refused', () => {
  const none = inputs({ slices: [], imported: [imported('a', 10_001, 'http=0/0'), imported('b', 10_002, 'http=0/2')] });
  assert.deepEqual(reach(compileService(site(), none).desired, '240.10.1.1'), []);
});

test('an annotation that cannot be read counts as nothing ready, and an own slice is no imported one', () => {
  assert.deepEqual(imported('b', 10_002, 'http=a lot').ports[0]?.ready, 0);
  assert.equal(importedCluster(slice('10.244.1.2')), undefined);
});

test('what does not change in the input does not change in the output', () => {
  const once = compileService(site(), inputs({ policy: shared }));
  assert.deepEqual(compileService(site(), inputs({ policy: shared })), once);
});

test('of the own pods those near the caller are called where the service prefers it, as long as there are some', () => {
  const near = (address: string, zone: string) => ({ ...slice(address), endpoints: [{ addresses: [address], zone }] });
  const slices = [near('10.244.1.2', 'z1'), near('10.244.2.3', 'z2')];
  const wish = { ...serviceImport, spec: { ...serviceImport.spec, trafficDistribution: 'PreferSameZone' } };
  const own = (zone: string, serviceImport_ = wish) =>
    backends(
      compileService(site({ zone }), inputs({ slices, serviceImport: serviceImport_ })).desired,
      '240.10.1.1',
      'a',
    );
  assert.deepEqual(own('z2'), ['10.244.2.3:8080']);
  assert.equal(own('z9')?.length, 2);
  assert.equal(own('z2', serviceImport as typeof wish)?.length, 2);
});

test('internalTrafficPolicy Local keeps to the own pods on the caller’s node, and refuses where there are none', () => {
  const on = (address: string, nodeName: string) => ({
    ...slice(address),
    endpoints: [{ addresses: [address], nodeName }],
  });
  const slices = [on('10.244.1.2', 'n1'), on('10.244.2.3', 'n2')];
  const local = { ...serviceImport, spec: { ...serviceImport.spec, internalTrafficPolicy: 'Local' as const } };
  const compiled = (node: string, policy?: TrafficPolicy) =>
    compileService(site({ node }), inputs({ slices, serviceImport: local, policy })).desired;
  assert.deepEqual(reach(compiled('n2'), '240.10.1.1')?.map(Object.keys), [['a']], 'no other cluster');
  assert.deepEqual(backends(compiled('n2'), '240.10.1.1', 'a'), ['10.244.2.3:8080']);
  assert.deepEqual(backends(compiled('n3'), '240.10.1.1', 'a'), []);
  assert.equal(backends(compiled('n2', shared), '240.10.1.1', 'a')?.length, 2, 'a policy is above it');
});

test('clients keep their backend for as long as the import says, and the Service for its own address', () => {
  const keeping = { sessionAffinity: 'ClientIP' as const };
  const config = { sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } };
  const sticky = { ...serviceImport, spec: { ...serviceImport.spec, ...keeping, ...config } };
  const own: Service = { ...service, spec: { ...service.spec, ...keeping } };
  const seconds = ({ desired }: { desired: readonly DesiredService[] }, address: string) =>
    desired.find((one) => formatIp(one.address) === address)?.affinitySeconds;
  const compiled = compileService(site(), inputs({ serviceImport: sticky, service: own }));
  assert.equal(seconds(compiled, '240.10.1.1'), 60);
  assert.equal(seconds(compiled, '10.96.0.7'), 10_800);
  assert.equal(seconds(compileService(site(), inputs()), '240.10.1.1'), undefined);
});

test('a family is kept end to end: addresses of each are served by endpoints and gateways of its own', () => {
  const six = (address: string): EndpointSlice => ({ ...slice(address), addressType: 'IPv6' });
  const importedSix =
    importedCluster({
      ...six('fd5e::1'),
      metadata: {
        name: 'web.b.ipv6',
        labels: { [LABEL_SOURCE_CLUSTER]: 'b', [LABEL_MANAGED_BY]: MANAGED_BY_MEMBER },
        annotations: { [ANNOTATION_ENDPOINTS]: 'http=2/2' },
      },
      ports: [{ name: 'http', protocol: 'TCP', port: 10_002 }],
    }) ?? assert.fail();
  const gateways = [...member('b').gateways, { name: 'g1', address: 'fd00:77::98', weight: 100 }];
  const dual = inputs({
    policy: shared,
    slices: [slice('10.244.1.2'), six('fd00:244::2')],
    serviceImport: { ...serviceImport, spec: { ...serviceImport.spec, ips: ['240.10.1.1', 'fd5e::9'] } },
    imported: [...inputs().imported, importedSix],
  });
  const where = site({}, member('a'), member('b', { gateways }));
  const { desired } = compileService(where, dual);
  assert.deepEqual(backends(desired, 'fd5e::9', 'b'), ['fd00:77::98:10002']);
  assert.deepEqual(backends(desired, '240.10.1.1', 'b'), ['192.0.2.98:10002', '198.51.100.98:10002']);
  assert.deepEqual(backends(desired, '240.10.1.1', 'a'), ['10.244.1.2:8080']);
  assert.deepEqual(backends(desired, 'fd5e::1', 'b', 10_002), ['fd00:77::98:10002']);
  assert.equal(backends(desired, 'fd5e::9', 'a'), undefined, 'the own cluster does not export it in IPv6');

  const without = compileService(site({}, member('a'), member('b')), dual).desired;
  assert.deepEqual(reach(without, 'fd5e::9'), [], 'no gateway of b is reached over IPv6');
});

test('both ClusterIPs of a Service are served', () => {
  const dual = { ...service, spec: { ...service.spec, clusterIPs: ['10.96.0.7', 'fd00:96::7'] } };
  const six: EndpointSlice = { ...slice('fd00:244::2'), addressType: 'IPv6' };
  const { desired } = compileService(site(), inputs({ service: dual, slices: [slice('10.244.1.2'), six] }));
  assert.deepEqual(backends(desired, '10.96.0.7', 'a'), ['10.244.1.2:8080']);
  assert.deepEqual(backends(desired, 'fd00:96::7', 'a'), ['fd00:244::2:8080']);
});
