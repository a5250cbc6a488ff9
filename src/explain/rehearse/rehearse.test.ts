import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePort, type Exporter, type PortRequest, trafficPolicy } from '#plan/index.ts';
import type { ViewedPort } from './model.ts';
import { rehearse } from './rehearse.ts';

const exporter = (cluster: string, ready: number, eligible = true): Exporter => ({
  cluster,
  region: 'eu',
  zone: cluster,
  group: 'default',
  ready,
  total: ready,
  eligible,
});

function view(
  consumer: string,
  exporters: readonly Exporter[],
  more: Partial<PortRequest> = {},
  down: readonly string[] = [],
): ViewedPort {
  const request: PortRequest = { self: consumer, calledAs: 'ClusterSet', exporters, ...more };
  const compiled = compilePort(request);
  const { calledAs } = request;
  return {
    consumer,
    namespace: 'demo',
    name: 'web',
    port: 80,
    protocol: 'TCP',
    calledAs,
    request,
    compiled,
    down: down.map((cluster) => ({ cluster, gateways: [`${cluster}.1`] })),
  };
}

const options = { overload: 140 };
const shown = (list: readonly { cluster: string; before: number; after: number }[]) =>
  list.map(({ cluster, before, after }) => `${cluster} ${before} ${after}`);

test('shares are those of the kernel, and an endpoint gets its part of them', () => {
  const before = [view('x', [exporter('a', 1), exporter('b', 3)])];
  const after = [view('x', [exporter('a', 1, false), exporter('b', 3)])];
  const { moves, loads, safe } = rehearse(before, after, options);
  assert.deepEqual(shown(moves), ['a 25 0', 'b 75 100']);
  assert.deepEqual(shown(loads), ['a 25 0', 'b 25 33.3']);
  assert.deepEqual(
    loads.map(({ ready }) => ready),
    [1, 3],
  );
  assert.equal(safe, true);
});

test('what gets much more than the busiest endpoint had is overloaded, and the limit is as asked', () => {
  const before = [view('x', [exporter('a', 3), exporter('b', 1)])];
  const after = [view('x', [exporter('a', 3, false), exporter('b', 1)])];
  const overloaded = (overload: number) =>
    rehearse(before, after, { overload })
      .loads.filter((load) => load.overloaded)
      .map(({ cluster }) => cluster);
  assert.deepEqual(overloaded(140), ['b']);
  assert.deepEqual(overloaded(400), []);
});

test('calls of all clusters weigh on the same endpoints', () => {
  const exporters = (eligible: boolean) => [exporter('a', 1, eligible), exporter('b', 1)];
  const before = ['a', 'b'].map((consumer) => view(consumer, exporters(true)));
  const after = ['a', 'b'].map((consumer) => view(consumer, exporters(false)));
  const { loads, safe } = rehearse(before, after, options);
  assert.deepEqual(shown(loads), ['a 100 0', 'b 100 200']);
  assert.equal(safe, false);
});

test('who is left with nobody is named; who had nobody before is not', () => {
  const lonely = view('x', []);
  const before = [view('x', [exporter('a', 1)]), { ...lonely, name: 'other' }];
  const after = [view('x', [exporter('a', 1, false)]), { ...lonely, name: 'other' }];
  const { refused, safe } = rehearse(before, after, options);
  assert.deepEqual(refused, [{ consumer: 'x', service: 'demo/web', port: '80/TCP', calledAs: 'ClusterSet' }]);
  assert.equal(safe, false);
});

test('a policy’s problems are told when they are new', () => {
  const policy = trafficPolicy({ lbType: 'ActiveActive', targets: [{ clusterKey: 'a' }, { clusterKey: 'nowhere' }] });
  const before = [view('x', [exporter('a', 1)])];
  const after = [view('x', [exporter('a', 1)], { policy })];
  assert.match(rehearse(before, after, options).problems.join(), /x: demo\/web: spec\.targets\[1\]\.clusterKey/);
  assert.deepEqual(rehearse(after, after, options).problems, []);
});

test('who is down gets nothing, in its tier the others get its part, and the next tier when all of one are', () => {
  const targets = ['a', 'b', 'c'].map((clusterKey) => ({ clusterKey }));
  const failover = trafficPolicy({ lbType: 'FailOver', targets });
  const exporters = [exporter('a', 2), exporter('b', 1), exporter('c', 1)];
  const fails = [exporter('a', 2), exporter('b', 1), exporter('c', 1, false)];
  const shares = rehearse([view('x', exporters, {}, ['a'])], [view('x', fails, {}, ['a'])], options);
  assert.deepEqual(shown(shares.moves), ['b 50 100', 'c 50 0']);
  assert.deepEqual(shown(shares.loads), ['b 50 100', 'c 50 0']);
  assert.deepEqual(shares.down, [{ consumer: 'x', cluster: 'a', gateways: ['a.1'] }]);
  const policy = { policy: failover };
  const tiers = rehearse([view('x', exporters, policy, ['a'])], [view('x', fails, policy, ['a', 'b'])], options);
  assert.deepEqual(shown(tiers.moves), ['b 100 0']);
  assert.deepEqual([tiers.refused.length, tiers.safe], [1, false]);
});

test('what two ports are told alike is said once for each calling cluster', () => {
  const ports = ['x', 'y'].flatMap((consumer) =>
    [80, 81].map((port) => ({ ...view(consumer, [exporter('a', 1)], {}, ['a']), port })),
  );
  const { down, moves, refused } = rehearse(ports, ports, options);
  assert.deepEqual(
    down.map(({ consumer, cluster }) => `${consumer} ${cluster}`),
    ['x a', 'y a'],
  );
  assert.deepEqual([moves, refused], [[], []], 'who had nobody before is not refused by the change');
});
