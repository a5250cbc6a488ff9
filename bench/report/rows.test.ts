import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossesOf } from './losses.ts';
import { rowsOf } from './rows.ts';
import { testResults } from './testing.ts';

function row(results: Parameters<typeof rowsOf>[0], what: string) {
  const found = rowsOf(results).find((one) => one.what.startsWith(what));
  assert.ok(found, what);
  return found;
}

test('a ratio at its aim meets it, one below does not', () => {
  const at = testResults({ vip: { connections: [9.85, 9.85, 9.85] } });
  assert.equal(row(at, 'VIP / pod address: connections/s').verdict, 'met');
  const below = testResults({ vip: { connections: [9.84, 9.84, 9.84] } });
  assert.deepEqual(
    [row(below, 'VIP / pod address: connections/s').verdict, row(below, 'VIP / pod address: connections/s').measured],
    ['missed', '0.984'],
  );
});

test('of processor time less is better', () => {
  assert.equal(row(testResults(), 'plain lane / one HAProxy hop: CPU').verdict, 'missed');
  assert.equal(
    row(testResults({ haproxy: { cpu: [40, 41, 42] } }), 'plain lane / one HAProxy hop: CPU').verdict,
    'met',
  );
});

test('a distribution is judged by its 99th percentile, or by its worst', () => {
  const failover = {
    faults: 50,
    rate: 200,
    recovered: [...Array<number>(49).fill(210), 600],
    inFlight: [210, 390],
    kept: [710],
    failedConnects: 2,
    connects: 100,
  };
  const results = testResults({}, { parts: { failover } });
  assert.equal(row(results, 'gateway dies: new').verdict, 'missed');
  assert.equal(row(results, 'gateway dies: connects in flight').verdict, 'met');
  assert.equal(row(results, 'gateway dies: kept').verdict, 'missed');
});

test('the cost of many services is what the same round took more than with few', () => {
  const line = (services: number, ns: readonly number[]) => ({ what: 'IPv4, VIP', services, ns });
  const connect = { idleNs: [], lines: [line(100_000, [1100, 1300, 1200]), line(2, [1000, 1100, 1150])] };
  const { measured, verdict } = row(testResults({}, { parts: { connect } }), 'connect cost');
  assert.deepEqual([measured, verdict], ['100 ns', 'met']);
});

test('what failed says why, and what was not run says so', () => {
  const results = testResults({}, { failed: { 'failover: a thing': 'no\nroom' } });
  assert.deepEqual(
    [row(results, 'gateway dies: new').verdict, row(results, 'gateway dies: new').note],
    ['not measured', 'failed: no room'],
  );
  assert.equal(row(results, 'connect cost').note, 'not part of this run');
  assert.equal(row(testResults(), 'WireGuard').verdict, 'not measured');
});

test('a loss is told when it is larger than the difference of the rounds, the largest first', () => {
  assert.deepEqual(lossesOf(testResults()), []);
  const losses = lossesOf(
    testResults({ lane: { connections: [9, 9, 9], p99: [250, 240, 260] }, vip: { requests: [50, 150, 90] } }),
  );
  const limit = losses.filter(({ text }) => text.includes('(the limit)'));
  assert.deepEqual(
    limit.map(({ text }) => text.split(' of “')[0]),
    ['99th percentile of latency', 'connections/s'],
  );
});
