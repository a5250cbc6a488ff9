import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hubNamespace, hubRecordName } from '#api/index.ts';
import { mergeExports } from '#plan/index.ts';
import { readExport } from './read-export.ts';

const where = { namespace: hubNamespace('west'), name: hubRecordName('demo', 'web') };
const sound = {
  cluster: 'west',
  service: { namespace: 'demo', name: 'web' },
  type: 'ClusterSetIP',
  ipFamilies: ['IPv4'],
  ports: [{ name: 'http', protocol: 'TCP', port: 80, lanePort: 10_000, ready: 1, total: 2 }],
};

const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, {}, [null], [{}], { toString: 1, valueOf: 1 }, { clientIP: null }, 'x', 0),
);
const FIELDS = [
  ...Object.keys(sound),
  'endpoints',
  'sessionAffinity',
  'sessionAffinityConfig',
  'internalTrafficPolicy',
  'trafficDistribution',
  'exportedLabels',
  'exportedAnnotations',
  'exportedAt',
  'targetClusters',
  'epoch',
];

test('whatever JSON another member wrote is an export that can be imported, or a problem that can be told', () => {
  const changed = fc.dictionary(fc.constantFrom(...FIELDS), anyJson, { maxKeys: 3, noNullPrototype: true });
  const spec = fc.oneof(
    anyJson,
    changed.map((fields) => ({ ...sound, ...fields })),
  );
  fc.assert(
    fc.property(spec, (some) => {
      const read = readExport(some, where);
      if ('problem' in read) return assert.ok(read.problem.startsWith('s'), read.problem);
      const merged = mergeExports([read.record, { ...read.record, cluster: 'east', ports: [] }], 'west');
      assert.deepEqual([merged?.namespace, merged?.name, merged?.type], ['demo', 'web', read.record.type]);
      assert.deepEqual(JSON.parse(JSON.stringify(merged)), merged);
    }),
    { numRuns: 3000 },
  );
});

test('an export that is sound is read as it was written', () => {
  const port = fc.integer({ min: 1, max: 65_535 });
  fc.assert(
    fc.property(fc.string(), port, port, fc.nat(), fc.nat(), (name, number, lanePort, ready, total) => {
      const ports = [{ name, protocol: 'UDP', port: number, lanePort, ready, total }];
      const { service, ...rest } = sound;
      assert.deepEqual(readExport({ ...sound, ports }, where), { record: { ...rest, ...service, ports } });
    }),
  );
});
