import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exportConditions } from './export-conditions.ts';
import { mergeExports } from './merge-exports.ts';
import type { ExportedPort, ExportRecord } from './model.ts';

const port = (name: string, number: number, more: Partial<ExportedPort> = {}): ExportedPort => ({
  name,
  protocol: 'TCP',
  port: number,
  lanePort: 10_000 + number,
  ready: 2,
  total: 2,
  ...more,
});

const from = (cluster: string, more: Partial<ExportRecord> = {}): ExportRecord => ({
  cluster,
  namespace: 'demo',
  name: 'httpbin',
  type: 'ClusterSetIP',
  ipFamilies: ['IPv4'],
  exportedAt: '2026-01-01T00:00:00Z',
  ports: [port('http', 80)],
  ...more,
});

const merged = (...records: ExportRecord[]) => {
  const result = mergeExports(records, 'here');
  assert.ok(result);
  return result;
};
const ports = (...records: ExportRecord[]) =>
  merged(...records).ports.map((one) => `${one.name} ${one.protocol} ${one.port}`);
const servers = (name: string, ...records: ExportRecord[]) =>
  merged(...records).serving.flatMap(({ cluster, ports: own }) =>
    own.some((one) => one.name === name) ? [cluster] : [],
  );
const reasons = (...records: ExportRecord[]) => merged(...records).conflicts.map(({ reason }) => reason);

test('nobody exports, nothing is imported', () => {
  assert.equal(mergeExports([], 'here'), undefined);
});

test('exporters that agree are one import without conflict', () => {
  const result = merged(from('b'), from('a'));
  assert.deepEqual(result.clusters, ['a', 'b']);
  assert.deepEqual(result.conflicts, []);
  assert.deepEqual(
    exportConditions(result).map(({ cluster, reason }) => [cluster, reason]),
    [
      ['a', 'NoConflicts'],
      ['b', 'NoConflicts'],
    ],
  );
});

test('the import has the union of ports, and each is served by those who have it', () => {
  const [a, b] = [
    from('a', { ports: [port('http', 80)] }),
    from('b', { ports: [port('http', 80), port('dns', 53, { protocol: 'UDP' })] }),
  ];
  assert.deepEqual(ports(a, b), ['http TCP 80', 'dns UDP 53']);
  assert.deepEqual(servers('http', a, b), ['a', 'b']);
  assert.deepEqual(servers('dns', a, b), ['b']);
  assert.deepEqual(reasons(a, b), ['PortConflict'], 'any difference is a conflict, also when the union is clean');
});

test('of two ports with one name the oldest wins, and the other cluster does not serve it', () => {
  const old = from('b', { exportedAt: '2026-01-01T00:00:00Z' });
  const young = from('a', { exportedAt: '2026-01-02T00:00:00Z', ports: [port('http', 81), port('admin', 9000)] });
  assert.deepEqual(ports(old, young), ['http TCP 80', 'admin TCP 9000']);
  assert.deepEqual(servers('http', old, young), ['b']);
  assert.deepEqual(servers('admin', old, young), ['a']);
});

test('one number under two names is one port, under the older name, and both serve it', () => {
  const [a, b] = [from('a', { ports: [port('http', 80)] }), from('b', { ports: [port('web', 80)] })];
  assert.deepEqual(ports(a, b), ['http TCP 80']);
  assert.deepEqual(servers('http', a, b), ['a', 'b']);
  assert.deepEqual(
    merged(a, b).serving[1]?.ports.map(({ name, lanePort }) => [name, lanePort]),
    [['http', 10_080]],
  );
});

test('one number under two protocols is two ports', () => {
  const [a, b] = [
    from('a', { ports: [port('dns', 53)] }),
    from('b', { ports: [port('dns-udp', 53, { protocol: 'UDP' })] }),
  ];
  assert.deepEqual(ports(a, b), ['dns TCP 53', 'dns-udp UDP 53']);
});

test('an empty name is a name', () => {
  const [a, b] = [from('a', { ports: [port('', 80)] }), from('b', { ports: [port('', 81)] })];
  assert.deepEqual(ports(a, b), [' TCP 80']);
  assert.deepEqual(servers('', a, b), ['a']);
});

test('an appProtocol that differs is said, and the port is served all the same', () => {
  const [a, b] = [from('a', { ports: [port('http', 80, { appProtocol: 'h2c' })] }), from('b')];
  assert.deepEqual(reasons(a, b), ['PortConflict']);
  assert.deepEqual(servers('http', a, b), ['a', 'b']);
  assert.deepEqual(
    merged(a, b).serving.map(({ ports: own }) => own[0]?.appProtocol),
    ['h2c', 'h2c'],
  );
});

test('age is the hub time, then the name; an export that the hub has not seen yet is the youngest', () => {
  const winner = (...records: ExportRecord[]) =>
    merged(...records.map((r) => ({ ...r, trafficDistribution: r.cluster }))).trafficDistribution;
  assert.equal(winner(from('b'), from('a')), 'a');
  assert.equal(winner(from('a'), from('b', { exportedAt: '2025-12-31T23:59:59Z' })), 'b');
  assert.equal(winner(from('a', { exportedAt: undefined }), from('b')), 'b');
  assert.equal(winner(from('a', { exportedAt: '2026-01-01T01:00:00+02:00' }), from('b')), 'a', 'compared as times');
});

test("labels and annotations are the winner's whole map", () => {
  const a = from('a', { exportedLabels: { team: 'blue' }, exportedAnnotations: { note: 'x' } });
  const b = from('b', { exportedLabels: { team: 'red', extra: 'yes' } });
  const result = merged(a, b);
  assert.deepEqual(result.exportedLabels, { team: 'blue' });
  assert.deepEqual(result.exportedAnnotations, { note: 'x' });
  assert.equal(exportConditions(result)[0]?.reason, 'LabelsConflict,AnnotationsConflict');
});

test('every exporter is told winner, loser and field', () => {
  const conditions = exportConditions(merged(from('a'), from('b', { type: 'Headless' }), from('c')));
  assert.deepEqual(
    conditions.map(({ conflict }) => conflict),
    [true, true, true],
  );
  assert.equal(conditions[2]?.message, 'type: a (ClusterSetIP) wins as the oldest export over b (Headless)');
});

test('every field that differs is a conflict of its own', () => {
  const other = from('b', {
    type: 'Headless',
    ipFamilies: ['IPv6'],
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
    internalTrafficPolicy: 'Local',
    trafficDistribution: 'PreferClose',
    exportedLabels: { a: 'b' },
    exportedAnnotations: { a: 'b' },
    ports: [],
  });
  assert.deepEqual(reasons(from('a'), other), [
    'PortConflict',
    'TypeConflict',
    'SessionAffinityConflict',
    'SessionAffinityConfigConflict',
    'InternalTrafficPolicyConflict',
    'TrafficDistributionConflict',
    'IPFamilyConflict',
    'LabelsConflict',
    'AnnotationsConflict',
  ]);
});

test('what is not written is the default, not a difference', () => {
  const explicit = from('b', { sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', exportedLabels: {} });
  assert.deepEqual(reasons(from('a'), explicit), []);
});

test("families are the winner's in its order, as far as this cluster has them", () => {
  const dual = from('a', { ipFamilies: ['IPv6', 'IPv4'] });
  assert.deepEqual(mergeExports([dual], 'here')?.ipFamilies, ['IPv4']);
  assert.deepEqual(mergeExports([dual], 'here', ['IPv4', 'IPv6'])?.ipFamilies, ['IPv6', 'IPv4']);
  assert.deepEqual(mergeExports([from('a', { ipFamilies: ['IPv6'] })], 'here')?.ipFamilies, []);
});

test('an export for some is nothing to the others, and always there for its own cluster', () => {
  const restricted = from('a', { targetClusters: ['b'] });
  assert.equal(mergeExports([restricted], 'c'), undefined);
  assert.deepEqual(mergeExports([restricted], 'b')?.clusters, ['a']);
  assert.deepEqual(mergeExports([restricted], 'a')?.clusters, ['a']);
  assert.deepEqual(mergeExports([restricted, from('d')], 'c')?.clusters, ['d']);
  assert.equal(mergeExports([from('a', { targetClusters: [] })], 'b'), undefined, 'an empty list is nobody else');
});

test('targets may be keys with region, zone and group', () => {
  const forEurope = from('a', { targetClusters: ['eu/*/*/*'] });
  const place = { name: 'b', region: 'eu', zone: 'z', group: 'g' };
  assert.ok(mergeExports([forEurope], place));
  assert.equal(mergeExports([forEurope], { ...place, region: 'us' }), undefined);
  assert.ok(
    mergeExports([from('a', { targetClusters: ['default/default/default/b'] })], 'b'),
    'unset parts read default',
  );
});

const anyRecord = (cluster: string) =>
  fc
    .record({
      exportedAt: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', undefined),
      type: fc.constantFrom('ClusterSetIP' as const, 'Headless' as const),
      exportedLabels: fc.constantFrom(undefined, { a: '1' }, { a: '2' }),
      targetClusters: fc.constantFrom(undefined, ['here'], ['elsewhere']),
      ports: fc.uniqueArray(
        fc.record({ name: fc.constantFrom('', 'http', 'web'), number: fc.constantFrom(80, 81), udp: fc.boolean() }),
        { maxLength: 3, selector: ({ name }) => name },
      ),
    })
    .map(({ ports: list, ...rest }) =>
      from(cluster, {
        ...rest,
        ports: list.map(({ name, number, udp }) => port(name, number, { protocol: udp ? 'UDP' : 'TCP' })),
      }),
    );
const anySet = fc.tuple(...['a', 'b', 'c', 'here'].map(anyRecord));

test('any order of records gives the same import', () => {
  fc.assert(
    fc.property(
      anySet.chain((set) => fc.tuple(fc.constant(set), fc.shuffledSubarray(set, { minLength: set.length }))),
      ([set, shuffled]) => assert.deepEqual(mergeExports(shuffled, 'here'), mergeExports(set, 'here')),
    ),
  );
});

test('names and numbers of an import are unique, and every merged port has a cluster that serves it', () => {
  fc.assert(
    fc.property(anySet, (set) => {
      const result = mergeExports(set, 'here');
      assert.ok(result, 'the own export is always there');
      assert.equal(new Set(result.ports.map(({ name }) => name)).size, result.ports.length);
      assert.equal(new Set(result.ports.map((one) => `${one.protocol}${one.port}`)).size, result.ports.length);
      for (const one of result.ports) {
        const serving = result.serving.flatMap((s) => s.ports.filter(({ name }) => name === one.name));
        assert.ok(serving.length > 0);
        assert.ok(serving.every((served) => served.protocol === one.protocol && served.port === one.port));
      }
    }),
  );
});
