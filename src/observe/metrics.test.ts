import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueue, silentLog, systemClock } from '#kit/index.ts';
import { type Declared, METRICS } from './declared.ts';
import { leadingMetric } from './leading-metric.ts';
import { createMetrics } from './metrics.ts';
import { processMetrics } from './process-metrics.ts';
import { depthMetric, tryMetrics } from './queue-metrics.ts';
import { parse, valueIn } from './test-parse.ts';
import { watchMetrics } from './watch-metrics.ts';

const member = () => createMetrics('member', silentLog);
const declared = Object.entries(METRICS as Readonly<Record<string, Declared>>);

test('names follow Prometheus’ conventions', () => {
  assert.ok(declared.length > 30);
  for (const [name, { type, labels, help, buckets }] of declared) {
    assert.match(name, /^(sealane|process)(_[a-z0-9]+)+$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    if (type === 'histogram') assert.match(name, /_seconds$/);
    assert.equal(buckets !== undefined, type === 'histogram', name);
    assert.match(help, /^[A-Z1].*\.$/, name);
    for (const label of labels) assert.match(label, /^[a-z_]+$/, name);
    assert.ok(!labels.some((label) => ['pod', 'address', 'ip', 'uid', 'le'].includes(label)), name);
  }
});

test('what is counted is read again by another’s parser, in the order of the list', async () => {
  const metrics = member();
  metrics.counter('sealane_reconcile_errors_total', { controller: 'exports' }).add(3);
  metrics.counter('sealane_reconcile_errors_total', { controller: 'exports' }).add();
  metrics.gauge('sealane_queue_depth', { controller: 'imports' }, () => 7.5);
  const text = await metrics.scrape();
  assert.equal(valueIn(text, 'sealane_reconcile_errors_total', { controller: 'exports' }), 4);
  assert.equal(valueIn(text, 'sealane_queue_depth', { controller: 'imports' }), 7.5);
  const names = parse(text).map(({ name }) => name);
  assert.deepEqual(names, ['sealane_scrape_faults_total', 'sealane_reconcile_errors_total', 'sealane_queue_depth']);
  const family = parse(text).at(1);
  assert.deepEqual([family?.type, family?.help], ['COUNTER', METRICS.sealane_reconcile_errors_total.help]);
});

test('a label may hold anything', async () => {
  for (const controller of ['a"b', 'back\\slash', 'two\nlines', '{x="y"} 3', 'ü, €']) {
    const metrics = member();
    metrics.counter('sealane_reconcile_errors_total', { controller }).add(2);
    assert.equal(valueIn(await metrics.scrape(), 'sealane_reconcile_errors_total', { controller }), 2, controller);
  }
});

test('a histogram counts each bucket with those before it, bounds included', async () => {
  const metrics = member();
  const histogram = metrics.histogram('sealane_reconcile_duration_seconds', { controller: 'exports' });
  for (const seconds of [0.001, 0.002, 0.1, 60]) histogram.observe(seconds);
  const text = await metrics.scrape();
  const [found] = parse(text).find(({ type }) => type === 'HISTOGRAM')?.metrics ?? [];
  assert.deepEqual(
    { ...found?.buckets },
    { '0.001': '1', '0.005': '2', '0.025': '2', '0.1': '3', '0.5': '3', '2.5': '3', '10': '3', '+Inf': '4' },
  );
  assert.match(text, /^sealane_reconcile_duration_seconds_sum\{controller="exports"\} 60\.103$/m);
  assert.match(text, /^sealane_reconcile_duration_seconds_count\{controller="exports"\} 4$/m);
});

test('a histogram that was counted elsewhere is shown as it is there', async () => {
  const metrics = createMetrics('agent', silentLog);
  const labels = { namespace: 'n', service: 's', source_cluster: 'a', destination_cluster: 'b' };
  metrics.collect('times', (_, reportBuckets) =>
    reportBuckets('sealane_service_connect_duration_seconds', labels, [2, 0, 1], 0.75),
  );
  await metrics.scrape();
  const text = await metrics.scrape();
  const [found] = parse(text).find(({ type }) => type === 'HISTOGRAM')?.metrics ?? [];
  assert.deepEqual(
    [found?.buckets?.['0.000512'], found?.buckets?.['0.002048'], found?.buckets?.['+Inf']],
    ['2', '3', '3'],
  );
  assert.match(text, /^sealane_service_connect_duration_seconds_sum\{namespace="n",.*\} 0\.75$/m);
});

test('one that cannot be read costs its own samples and is counted; the rest is there', async () => {
  const metrics = member();
  metrics.collect('broken', () => {
    throw new Error('no such map');
  });
  metrics.collect('whole', (report) => report('sealane_member_imports', {}, 5));
  const text = await metrics.scrape();
  assert.equal(valueIn(text, 'sealane_member_imports'), 5);
  assert.equal(valueIn(text, 'sealane_scrape_faults_total'), 1);
});

test('what was collected once and is not there any more is not shown', async () => {
  const metrics = createMetrics('hub', silentLog);
  let members = ['a', 'b'];
  metrics.collect('members', (report) => {
    for (const cluster of members) report('sealane_hub_member_epoch', { cluster }, 1);
  });
  assert.equal(valueIn(await metrics.scrape(), 'sealane_hub_member_epoch', { cluster: 'b' }), 1);
  members = ['a'];
  assert.equal(valueIn(await metrics.scrape(), 'sealane_hub_member_epoch', { cluster: 'b' }), undefined);
});

test('two who ask at once cost one look', async () => {
  const metrics = member();
  let looks = 0;
  metrics.collect('slow', async () => {
    looks++;
    await new Promise((resolve) => setImmediate(resolve));
  });
  const [a, b] = await Promise.all([metrics.scrape(), metrics.scrape()]);
  assert.deepEqual([a, looks], [b, 1]);
  await metrics.scrape();
  assert.equal(looks, 2);
});

test('a metric of another process is refused', () => {
  assert.throws(() => member().counter('sealane_dns_unreadable_total', {}), /none of member's/);
});

test('a queue’s tries, failures and lag are counted, and what waits', async () => {
  const metrics = member();
  const failed = new Set(['bad']);
  const queue = createQueue({
    clock: systemClock,
    log: silentLog,
    retryMs: 1,
    onTry: tryMetrics(metrics, 'exports'),
    work: (key) => (failed.delete(key) ? Promise.reject(new Error('no')) : Promise.resolve()),
  });
  depthMetric(metrics, 'exports', queue);
  const read = (name: string) => metrics.scrape().then((text) => valueIn(text, name, { controller: 'exports' }));
  for (const key of ['good', 'bad', 'good']) queue.add(key);
  assert.equal(await read('sealane_queue_depth'), 2);
  const tries = async () => {
    const found = parse(await metrics.scrape()).filter(({ type }) => type === 'HISTOGRAM');
    return found.map(({ metrics: [only] }) => only?.buckets?.['+Inf']);
  };
  for (let looks = 0; (await tries())[0] !== '3'; looks++) {
    assert.ok(looks < 10_000, 'it is not tried again');
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(await tries(), ['3', '3']);
  assert.equal(await read('sealane_reconcile_errors_total'), 1);
  assert.equal(await read('sealane_queue_depth'), 0);
  queue.stop();
});

test('a watch that breaks off is counted once, one that is not served is not said to be broken', async () => {
  const metrics = member();
  let listener = () => {};
  const cache = {
    connected: true,
    served: true,
    size: 4,
    onState(listen: () => void) {
      listener = listen;
      return () => {};
    },
  };
  const become = (connected: boolean, served = true) => {
    Object.assign(cache, { connected, served });
    listener();
  };
  watchMetrics(metrics, 'hub', { plural: 'clusterexports', group: 'sealane.dev' }, cache);
  const read = async (name: string) =>
    valueIn(await metrics.scrape(), name, { resource: 'clusterexports.sealane.dev' });
  for (const connected of [false, false, true, false]) become(connected);
  assert.equal(await read('sealane_watch_breaks_total'), 2);
  assert.equal(await read('sealane_watch_connected'), 0);
  assert.equal(await read('sealane_watched_objects'), 4);
  become(false, false);
  assert.equal(await read('sealane_watch_connected'), undefined);
});

test('leading shows for as long as it lasts, whatever ends it', async () => {
  const metrics = member();
  const seen: (number | undefined)[] = [];
  const look = async () => void seen.push(valueIn(await metrics.scrape(), 'sealane_leading'));
  const run = leadingMetric(metrics, async () => {
    await look();
    throw new Error('lost');
  });
  await look();
  await assert.rejects(run(new AbortController().signal, () => true));
  await look();
  assert.deepEqual(seen, [0, 1, 0]);
});

test('every process says which build it is and what it takes', async () => {
  const metrics = member();
  processMetrics(metrics, '1.2.3');
  const text = await metrics.scrape();
  assert.equal(valueIn(text, 'sealane_build_info', { process: 'member', version: '1.2.3' }), 1);
  assert.ok((valueIn(text, 'process_resident_memory_bytes') ?? 0) > 10_000_000);
  assert.ok((valueIn(text, 'process_cpu_seconds_total') ?? 0) > 0);
  const started = valueIn(text, 'process_start_time_seconds') ?? 0;
  assert.ok(Math.abs(started - (Date.now() / 1000 - process.uptime())) < 5, `${started}`);
});
