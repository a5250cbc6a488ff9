import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ConnectTimes, Traffic } from '#kernel/index.ts';
import type { PlacedEntry } from '../duties/connect.ts';
import { type Counts, TrafficLedger, type TrafficTable } from './traffic-ledger.ts';

/** The kernel's table in memory, and who counts in it. */
class Kernel implements TrafficTable {
  readonly counts = new Map<string, bigint>();
  readonly times = new Map<string, ConnectTimes>();

  call(service: number, group: number, times = 1): void {
    const key = `${service}/${group}`;
    this.counts.set(key, (this.counts.get(key) ?? 0n) + BigInt(times));
  }

  *all() {
    for (const [key, attempts] of this.counts) {
      const [service = 0, group = 0] = key.split('/').map(Number);
      const times = this.times.get(key);
      yield [
        { service, group },
        { ...trafficOf(attempts), ...(times && { times }) },
      ] as const;
    }
  }

  delete({ service, group }: { readonly service: number; readonly group: number }): void {
    this.counts.delete(`${service}/${group}`);
  }
}

function trafficOf(attempts: bigint): Traffic {
  return {
    attempts,
    established: attempts,
    closed: 0n,
    failed: 0n,
    bytesSent: attempts * 10n,
    bytesReceived: 0n,
    moves: 0n,
  };
}

/** @param groups cluster by group */
function placed(owner: string | undefined, index: number, groups: Readonly<Record<number, string>>): PlacedEntry {
  const clusters = new Map(Object.entries(groups).map(([group, cluster]) => [Number(group), cluster]));
  return { owner, index, clusters, sizes: new Map() };
}

function stage(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'sealane-traffic-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'traffic.json');
  const kernel = new Kernel();
  const start = () => new TrafficLedger(path, kernel);
  return { path, kernel, start, ledger: start() };
}

function attempts(ledger: TrafficLedger, ...entries: readonly PlacedEntry[]): Record<string, number> {
  const found = ledger.read(entries).map(({ namespace, service, cluster, counts }) => {
    return [`${namespace}/${service} ${cluster}`, counts.attempts] as const;
  });
  return Object.fromEntries(found);
}

test('the ports and address families of a service are one series for each cluster that serves it', (t) => {
  const { kernel, ledger } = stage(t);
  kernel.call(1, 10, 3);
  kernel.call(1, 11, 4);
  kernel.call(2, 12, 5);
  const [http, https] = [placed('shop/cart', 1, { 10: 'east', 11: 'west' }), placed('shop/cart', 2, { 12: 'east' })];
  assert.deepEqual(attempts(ledger, http, https), { 'shop/cart east': 8, 'shop/cart west': 4 });
  const [east] = ledger.read([http, https]);
  const whole: Counts = {
    attempts: 8,
    established: 8,
    failed: 0,
    closed: 0,
    bytesSent: 80,
    bytesReceived: 0,
    moves: 0,
    connectUs: 0,
    connects: [],
  };
  assert.deepEqual({ ...east?.counts }, whole);
});

test('a cluster that no longer serves keeps its count, for its connections may still be open', (t) => {
  const { kernel, ledger } = stage(t);
  kernel.call(1, 10, 3);
  attempts(ledger, placed('shop/cart', 1, { 10: 'east' }));
  assert.deepEqual(attempts(ledger, placed('shop/cart', 1, { 11: 'west' })), { 'shop/cart east': 3 });
});

test('numbers that are given to another count for the other from then on, and no series goes down', (t) => {
  const { kernel, ledger, start } = stage(t);
  kernel.call(1, 10, 3);
  attempts(ledger, placed('shop/cart', 1, { 10: 'east' }));
  const after = [placed('shop/cart', 1, { 10: 'west', 11: 'east' })] as const;
  assert.deepEqual(attempts(ledger, ...after), { 'shop/cart east': 3 });
  kernel.call(1, 10, 7);
  kernel.call(1, 11, 1);
  assert.deepEqual(attempts(ledger, ...after), { 'shop/cart west': 7, 'shop/cart east': 4 });
  assert.deepEqual(attempts(start(), ...after), { 'shop/cart west': 7, 'shop/cart east': 4 }, 'after a restart too');
});

test('a service whose address changes goes on where it was', (t) => {
  const { kernel, ledger } = stage(t);
  kernel.call(1, 10, 3);
  attempts(ledger, placed('shop/cart', 1, { 10: 'east' }));
  kernel.call(5, 20, 2);
  assert.deepEqual(attempts(ledger, placed('shop/cart', 5, { 20: 'east' })), { 'shop/cart east': 5 });
  assert.ok(!kernel.counts.has('1/10'), 'the kernel’s entry is free again');
});

test('a service that is gone is shown no more, and comes back from nothing', (t) => {
  const { kernel, ledger } = stage(t);
  kernel.call(1, 10, 3);
  attempts(ledger, placed('shop/cart', 1, { 10: 'east' }));
  assert.deepEqual(attempts(ledger), {});
  assert.equal(kernel.counts.size, 0);
  kernel.call(1, 10, 2);
  assert.deepEqual(attempts(ledger, placed('shop/cart', 1, { 10: 'east' })), { 'shop/cart east': 2 });
});

test('names are kept over a restart; without the file, what is not in the tables any more is forgotten', (t) => {
  const { kernel, ledger, start, path } = stage(t);
  kernel.call(1, 10, 3);
  attempts(ledger, placed('shop/cart', 1, { 10: 'east' }));
  const now = placed('shop/cart', 1, { 11: 'west' });
  assert.deepEqual(attempts(start(), now), { 'shop/cart east': 3 });
  writeFileSync(path, '{"names": [[');
  assert.deepEqual(attempts(start(), now), {});
  assert.equal(kernel.counts.size, 0);
});

test('what an earlier version has kept goes on, though it counted less', (t) => {
  const { kernel, start, path } = stage(t);
  writeFileSync(path, '{"names": [], "past": [["shop/cart east", {"attempts": 3}]]}');
  kernel.call(1, 10, 2);
  const [east] = start().read([placed('shop/cart', 1, { 10: 'east' })]);
  assert.deepEqual([east?.counts.attempts, east?.counts.moves], [5, 0]);
});

test('what the agent serves itself, and what nobody has claimed yet, is no series', (t) => {
  const { kernel, ledger } = stage(t);
  kernel.call(1, 10, 3);
  assert.deepEqual(attempts(ledger, placed('@dns', 1, { 10: 'east' })), {});
  assert.equal(kernel.counts.get('1/10'), 3n, 'it is counted on');
});

test('times of connections are summed by bucket, over numbers that were given away too', (t) => {
  const { kernel, ledger, start } = stage(t);
  kernel.call(1, 10, 2);
  kernel.call(2, 12, 1);
  kernel.times.set('1/10', { sumUs: 300n, buckets: [1n, 1n] });
  kernel.times.set('2/12', { sumUs: 9000n, buckets: [0n, 0n, 1n] });
  const both = [placed('shop/cart', 1, { 10: 'east' }), placed('shop/cart', 2, { 12: 'east' })] as const;
  const read = (from: TrafficLedger) => from.read(both).map(({ counts }) => [counts.connectUs, counts.connects]);
  assert.deepEqual(read(ledger), [[9300, [1, 1, 1]]]);
  ledger.read([placed('shop/cart', 1, { 10: 'west' }), placed('shop/cart', 2, { 12: 'east' })]);
  const [east] = start().read([placed('shop/cart', 2, { 12: 'east' })]);
  assert.deepEqual([east?.counts.connectUs, east?.counts.connects], [9300, [1, 1, 1]]);
});
