import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Clock, ip, systemClock } from '#kit/index.ts';
import { loadObject, mountBpfFilesystem } from '#kernel/index.ts';
import { ClusterIndex } from './cluster-index.ts';
import { ConnectTables } from './connect-tables.ts';
import { type DesiredService, vipKey } from './desired.ts';
import { connectMaps } from './kernel-maps.ts';
import type { Seen } from './racing-reader.ts';

const OBJECT = join(import.meta.dirname, '../../../dist/bpf/connect4.bpf.o');
const SERVICES = 6;
const CHANGES = 6_000;
const DEADLINE_MS = 40_000;
/** What `ranges.ts` lets a freed range rest, in milliseconds of the tables' clock. */
const REST_MS = 10_000;

/** One state of a service: `state` backends of its own port in one of three groups, in so many equal slots of a tier or two. */
function service(port: number, state: number): DesiredService {
  const backends = Array.from({ length: 1 + (state % 5) }, (_, i) => ({
    address: ip(`10.${i}.${state >> 8}.${state & 255}`),
    port,
    flags: 0,
    cluster: 'a',
  }));
  const key = `g${state % 3}`;
  const slots = Array.from({ length: 1 + (state % 7) }, () => key);
  return {
    address: ip('240.10.1.1'),
    port,
    protocol: 'TCP',
    ownsAddress: true,
    tiers: Array.from({ length: 1 + (state % 2) }, () => ({ slots })),
    groups: [{ key, backends }],
  };
}

/** Writes thousands of changes with a reader beside. @param haste how much faster than time the tables' clock goes */
async function race(haste: number): Promise<Seen> {
  mountBpfFilesystem();
  const pins = `/sys/fs/bpf/slt-${process.pid}-race${haste}`;
  const folder = mkdtempSync(join(tmpdir(), 'sealane-race-'));
  const size = { services: 64, tiers: 4096, shares: 16_384, groups: 4096, backends: 16_384 };
  const object = loadObject(OBJECT, { pinDir: pins, maxEntries: { vips: 1024, ...size } });
  const clusters = join(folder, 'clusters.json');
  const stop = new Int32Array(new SharedArrayBuffer(4));
  try {
    const clock: Clock = { ...systemClock, monotonic: () => performance.now() * haste };
    const tables = new ConnectTables(connectMaps(object, new ClusterIndex(clusters, 'a')), clock);
    for (let port = 1; port <= SERVICES; port++) tables.put(service(port, 0));
    const reader = new Worker(new URL('racing-reader.ts', import.meta.url), {
      workerData: { pins, clusters, restMs: Math.max(1_000, REST_MS / haste), stop },
    });
    await once(reader, 'message');
    await write(tables);
    Atomics.store(stop, 0, 1);
    const [seen] = (await once(reader, 'message')) as [Seen];
    return seen;
  } finally {
    object.close();
    rmSync(pins, { recursive: true });
    rmSync(folder, { recursive: true });
  }
}

async function write(tables: ConnectTables): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  for (let state = 1; state <= CHANGES; state++) {
    const port = 1 + (state % SERVICES);
    if (state % 50 === 0) tables.remove(vipKey({ address: ip('240.10.1.1'), port, protocol: 'TCP' }));
    while (!placed(tables, service(port, state))) {
      assert.ok(performance.now() < end, `change ${state} of ${CHANGES} had no room in time`);
      await turn();
    }
  }
}

/** A table may be full of what rests. */
function placed(tables: ConnectTables, desired: DesiredService): boolean {
  try {
    tables.put(desired);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'agent/table-full') throw error;
    return false;
  }
}

test('whoever reads while thousands of changes are written meets the old state or the new one', async (t) => {
  const seen = await race(10);
  t.diagnostic(JSON.stringify(seen));
  assert.ok(seen.walks > 1_000 && seen.changes > 200, JSON.stringify(seen));
  assert.deepEqual({ foreign: seen.foreign, mixed: seen.mixed }, { foreign: 0, mixed: 0 });
  assert.ok(seen.late < seen.walks / 10, JSON.stringify(seen));
});

test('without rest for what was freed, a reader does meet mixtures: the race is real', async (t) => {
  const seen = await race(1e6);
  t.diagnostic(JSON.stringify(seen));
  assert.ok(seen.foreign + seen.mixed > 0, JSON.stringify(seen));
});
