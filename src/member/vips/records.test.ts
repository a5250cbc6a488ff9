import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { CONFIG_MAPS, type ConfigMap, RECORDS_KEYS, RECORDS_NAME, SYSTEM_NAMESPACE } from '#api/index.ts';
import { SealaneError, silentLog, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { LaneKey } from '#plan/index.ts';
import { ensureSystemNamespace } from '../prepare.ts';
import { startTestServer } from '../test-api-server.ts';
import { loadRecords } from './records.ts';

const MIB = 2 ** 20;
const NO_TRACES = { vips: [], peers: [], lanePorts: [], epoch: 0 };

/** A cluster's ConfigMaps, and a way to load the records afresh. */
async function cluster(t: TestContext) {
  const server = await startTestServer('member');
  const client = server.client();
  await ensureSystemNamespace(client);
  t.after(async () => {
    client.close();
    await server.close();
  });
  const options = {
    clock: systemClock,
    log: silentLog,
    vipRanges: ['240.10.0.0/16'],
    lanePorts: { first: 20_000, last: 60_000 },
  };
  return {
    client,
    load: (through: Client = client) => loadRecords({ ...options, client: through }, NO_TRACES),
    pages: () => client.list<ConfigMap>(CONFIG_MAPS, { namespace: SYSTEM_NAMESPACE }),
  };
}

const service = (i: number) => ({ namespace: `team-${i % 50}`, name: `a-service-with-a-name-${i}` });
const services = (count: number) => Array.from({ length: count }, (_, i) => service(i));

function lanesOf(i: number): LaneKey[] {
  const port = { ...service(i), protocol: 'TCP' as const };
  return [
    { ...port, portName: 'http', port: 80 },
    { ...port, portName: 'metrics', port: 9090 },
  ];
}

test('records of 10,000 services fit, and a new one writes one page', async (t) => {
  const { load, pages } = await cluster(t);
  const records = await load();
  records.wantVips(services(10_000));
  assert.deepEqual(
    records.wantLanePorts(
      services(10_000).flatMap((_, i) => lanesOf(i)),
      {},
    ),
    [],
  );
  await records.save();
  const before = await pages();
  const sizes = before.map((page) => JSON.stringify(page).length);
  assert.ok(sizes.reduce((a, b) => a + b) > 2 * MIB, 'too much for one object');
  assert.ok(Math.max(...sizes) < MIB / 5, `the largest page has ${Math.max(...sizes)} bytes`);
  records.wantVip(service(10_000));
  await records.save();
  const versions = new Map(before.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  const written = (await pages()).filter(({ metadata }) => versions.get(metadata.name) !== metadata.resourceVersion);
  assert.equal(written.length, 1);
  const again = await load();
  for (const i of [0, 5_000, 10_000]) assert.equal(again.vipsOf(service(i)).IPv4, records.vipsOf(service(i)).IPv4);
  assert.deepEqual(
    lanesOf(77).map((key) => again.lanePortOf(key)),
    lanesOf(77).map((key) => records.lanePortOf(key)),
  );
});

test('services that come one by one get addresses of their own, the same again when they return, and write nothing twice', async (t) => {
  const { load, pages } = await cluster(t);
  const alone = await load();
  const vipsOf = (records: typeof alone) => services(300).map((one) => records.vipsOf(one));
  for (const one of services(300)) alone.wantVip(one);
  assert.equal(new Set(vipsOf(alone).map(({ IPv4 }) => IPv4)).size, 300);
  const first = vipsOf(alone);
  alone.wantVips(services(299));
  assert.deepEqual(alone.vipsOf(service(299)), {});
  alone.wantVip(service(299));
  assert.deepEqual(vipsOf(alone), first);
  await alone.save();
  const before = (await pages()).map(({ metadata }) => metadata.resourceVersion);
  alone.wantVips(services(300));
  await alone.save();
  assert.deepEqual(
    (await pages()).map(({ metadata }) => metadata.resourceVersion),
    before,
    'nothing new to write',
  );
  const again = await load();
  assert.deepEqual(vipsOf(again), first);
});

test('records that an earlier version kept in one object are spread over pages', async (t) => {
  const { client, load, pages } = await cluster(t);
  const vips = [{ ...service(1), ip: '240.10.7.7' }];
  const lanePorts = lanesOf(1).map((key, i) => ({ ...key, lanePort: 31_000 + i }));
  await client.create<ConfigMap>(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: SYSTEM_NAMESPACE, name: RECORDS_NAME },
    data: {
      [RECORDS_KEYS.vips]: JSON.stringify(vips),
      [RECORDS_KEYS.lanePorts]: JSON.stringify(lanePorts),
      [RECORDS_KEYS.epoch]: '41',
    },
  });
  const records = await load();
  await records.save();
  assert.deepEqual(
    [records.vipsOf(service(1)).IPv4, lanesOf(1).map((key) => records.lanePortOf(key)), records.epoch],
    ['240.10.7.7', [31_000, 31_001], 41],
  );
  const head = (await pages()).find(({ metadata }) => metadata.name === RECORDS_NAME);
  assert.deepEqual(Object.keys(head?.data ?? {}).toSorted(), [RECORDS_KEYS.epoch, RECORDS_KEYS.peers]);
  assert.equal((await load()).vipsOf(service(1)).IPv4, '240.10.7.7');
});

test('pages that somebody wrote nonsense on give what makes sense, and the rest is made again', async (t) => {
  const { client, load, pages } = await cluster(t);
  const vips = [{ ...service(1), ip: '240.10.7.7' }, {}, { ...service(2), ip: 7 }, null, []];
  await client.create<ConfigMap>(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: SYSTEM_NAMESPACE, name: RECORDS_NAME },
    data: {
      [RECORDS_KEYS.vips]: JSON.stringify(vips),
      [RECORDS_KEYS.lanePorts]: '[{"lanePort": "x"}]',
      [RECORDS_KEYS.peers]: '[{"cluster": {}}]',
      [RECORDS_KEYS.epoch]: '1e400',
    },
  });
  const records = await load();
  records.wantVips(services(3));
  assert.equal(records.nextEpoch(), 1);
  await records.save();
  assert.equal(records.vipsOf(service(1)).IPv4, '240.10.7.7');
  assert.equal(new Set(services(3).map((one) => records.vipsOf(one).IPv4)).size, 3);
  assert.ok(!JSON.stringify(await pages()).includes('lanePort\\":\\"x'));
});

test('a write that is cut short at any page gives no address twice and loses nothing that was saved', async (t) => {
  const { client, load } = await cluster(t);
  const first = await load();
  first.wantVips(services(40));
  await first.save();
  for (let cut = 0; cut < 8; cut++) {
    const broken = await load(failingAfter(client, cut));
    const more = services(80 + 40 * cut);
    broken.wantVips(more);
    await assert.rejects(broken.save(), { code: 'kube/unreachable' });
    const after = await load();
    for (const one of services(40)) assert.equal(after.vipsOf(one).IPv4, first.vipsOf(one).IPv4);
    after.wantVips(more);
    const given = more.map((one) => after.vipsOf(one).IPv4);
    assert.equal(new Set(given).size, more.length);
  }
});

test('what was written although no answer came is not taken for unwritten', async (t) => {
  const { client, load, pages } = await cluster(t);
  const lost = { next: false };
  const records = await load(losingAnswers(client, lost));
  records.wantLanePorts(lanesOf(1), {});
  await records.save();
  lost.next = true;
  records.wantLanePorts([], {});
  await assert.rejects(records.save(), { code: 'kube/unreachable' });
  records.wantLanePorts(lanesOf(1), {});
  await records.save();
  assert.ok(!JSON.stringify(await pages()).includes('freedAt'), 'the page says that the lane ports are in use again');
});

test('what another has given out rests, and leads to its service only', async (t) => {
  const { load } = await cluster(t);
  const [before, records] = [await load(), await load()];
  before.wantLanePorts([...lanesOf(1), ...lanesOf(2)], {});
  const given = [...lanesOf(1), ...lanesOf(2)].map((key) => ({ ...key, lanePort: before.lanePortOf(key) ?? 0 }));
  // Its numbers are asked for first by the services that would have had them.
  records.restLanePorts(given.map((one, i) => ({ ...one, name: i < 2 ? one.name : 'another' })));
  records.wantLanePorts([...lanesOf(1), ...lanesOf(2)], {});
  const numbers = given.map((key) => records.lanePortOf(key));
  assert.deepEqual(
    numbers.map((number, i) => number === given[i]?.lanePort),
    [true, true, false, false],
  );
});

/** A client that is not told of what it has written. */
function losingAnswers(client: Client, lost: { next: boolean }): Client {
  return {
    ...client,
    async update(type, object, options) {
      const written = await client.update(type, object, options);
      if (!lost.next) return written;
      lost.next = false;
      throw new SealaneError('kube/unreachable', 'reach the server: the connection is gone');
    },
  };
}

/** A client whose connection breaks after so many writes. */
function failingAfter(client: Client, writes: number): Client {
  let left = writes;
  const orBreak = <T>(write: () => Promise<T>): Promise<T> => {
    if (left-- > 0) return write();
    return Promise.reject(new SealaneError('kube/unreachable', 'reach the server: the connection is gone'));
  };
  return {
    ...client,
    create: (type, object, options) => orBreak(() => client.create(type, object, options)),
    update: (type, object, options) => orBreak(() => client.update(type, object, options)),
  };
}
