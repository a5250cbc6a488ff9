import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ConfigMap, RECORDS_KEYS } from '#api/index.ts';
import { familyOfText, silentLog } from '#kit/index.ts';
import { readRecords } from './read-records.ts';

const page = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a-page' },
  data,
});

const time = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
const service = { namespace: fc.string(), name: fc.string() };
const address = fc.oneof(fc.ipV4(), fc.ipV6());
const port = fc.integer({ min: 1, max: 65_535 });
const vip = fc.record({ ...service, ip: address, releasedAt: time }, { requiredKeys: ['namespace', 'name', 'ip'] });
const peer = fc.record({ cluster: fc.string(), address, releasedAt: time }, { requiredKeys: ['cluster', 'address'] });
const lanePort = fc.record(
  {
    ...service,
    portName: fc.string(),
    protocol: fc.constant('TCP'),
    port,
    lanePort: port,
    freedAt: time,
    freedEpoch: fc.nat(),
  },
  { requiredKeys: ['namespace', 'name', 'portName', 'protocol', 'port', 'lanePort'] },
);
const lists = {
  vips: fc.array(vip, { maxLength: 5 }),
  peers: fc.array(peer, { maxLength: 5 }),
  lanePorts: fc.array(lanePort, { maxLength: 5 }),
};

test('records are read as they were written, beside whatever else stands there', () => {
  fc.assert(
    fc.property(fc.record({ ...lists, epoch: fc.maxSafeNat() }), fc.jsonValue(), ({ epoch, ...written }, other) => {
      const text = (records: readonly unknown[]) => JSON.stringify([...records, other]);
      const data = Object.entries(written).map(([key, records]) => [
        RECORDS_KEYS[key as keyof typeof written],
        text(records),
      ]);
      const found = readRecords(
        [page({ ...Object.fromEntries(data), [RECORDS_KEYS.epoch]: String(epoch) })],
        silentLog,
      );
      assert.deepEqual(JSON.stringify(found), JSON.stringify({ ...written, epoch }));
    }),
  );
});

test('any text on a page is records that make sense, or none', () => {
  const field = fc.constantFrom('namespace', 'name', 'ip', 'cluster', 'address', 'lanePort', 'port', 'releasedAt');
  const value = fc.oneof(fc.constantFrom<unknown>('a', '10.0.0.1', 80, -1, null), fc.jsonValue({ maxDepth: 1 }));
  const json = fc.array(fc.dictionary(field, value)).map((all) => JSON.stringify(all));
  const text = fc.oneof(json, fc.json(), fc.string(), fc.double().map(String));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.values(RECORDS_KEYS)), text), (data) => {
      const { vips, peers, lanePorts, epoch } = readRecords([page(data)], silentLog);
      assert.ok(Number.isSafeInteger(epoch) && epoch >= 0);
      assert.ok(vips.every((one) => familyOfText(one.ip) && typeof one.name === 'string'));
      assert.ok(peers.every((one) => familyOfText(one.address) && typeof one.cluster === 'string'));
      assert.ok(lanePorts.every((one) => one.lanePort > 0 && one.lanePort < 65_536));
    }),
  );
});
