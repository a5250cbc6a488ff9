/** The tables' suites on real maps of the kernel. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type LoadedObject, loadObject, mappedTable, tables } from '#kernel/index.ts';
import { ip } from '#kit/index.ts';
import { ClusterIndex } from './cluster-index.ts';
import { connectTablesSuite, TABLE_SIZE } from './connect-tables-suite.ts';
import { connectMaps, laneMaps } from './kernel-maps.ts';
import { laneTablesSuite } from './lane-tables-suite.ts';

const OBJECTS = join(import.meta.dirname, '../../../dist/bpf');
const LANES = 64;
const folder = mkdtempSync(join(tmpdir(), 'sealane-maps-'));
const loaded: LoadedObject[] = [];
let made = 0;

after(() => {
  for (const object of loaded) object.close();
  rmSync(folder, { recursive: true });
});

function fresh(name: string, maxEntries: Readonly<Record<string, number>>): LoadedObject {
  loaded.pop()?.close();
  const object = loadObject(join(OBJECTS, `${name}.bpf.o`), { maxEntries });
  loaded.push(object);
  return object;
}

connectTablesSuite('kernel maps', {
  make() {
    const size = {
      services: TABLE_SIZE,
      tiers: TABLE_SIZE,
      shares: TABLE_SIZE,
      groups: TABLE_SIZE,
      backends: TABLE_SIZE,
    };
    const clusters = new ClusterIndex(join(folder, `clusters-${made++}.json`), 'a');
    return connectMaps(fresh('connect4', { vips: 1024, ...size }), clusters);
  },
  runs: 30,
});

laneTablesSuite('kernel maps', {
  make: () => laneMaps(fresh('gateway-in', { lane_ports: 1024, lanes: LANES, lane_mss: LANES, lane_pods: LANES })),
  size: LANES,
  runs: 20,
});

test('an entry that becomes another backend never keeps the generation that a socket may remember', () => {
  const object = fresh('connect4', { backends: TABLE_SIZE });
  const { backends } = connectMaps(object, new ClusterIndex(join(folder, `clusters-${made++}.json`), 'a'));
  const generation = () => mappedTable(object.map('backends'), tables.backends).get(1).generation;
  const seen = [generation()];
  for (const host of [1, 2, 1]) {
    backends.set(1, { address: ip(`10.0.0.${host}`), port: 80, flags: 0, cluster: 'a' }, 1);
    seen.push(generation());
  }
  assert.equal(new Set(seen).size, 4, seen.join());
  assert.equal(seen[0], 0, 'no backend');
});

/** Bytes of tables of the kernel that this process has mapped. */
function mappedBytes(): number {
  const regions = readFileSync('/proc/self/maps', 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) .*bpf-map/gm);
  return [...regions].reduce((sum, [, from, to]) => sum + Number(`0x${to}`) - Number(`0x${from}`), 0);
}

test('of a large table only the pieces that are used are mapped, and every element is itself', () => {
  const entries = 10_000;
  const table = mappedTable(fresh('connect4', { backends: entries }).map('backends'), tables.backends);
  const before = mappedBytes();
  const backend = (index: number) => ({
    addr: ip('10.0.0.1'),
    port: index,
    cluster: 1,
    generation: index + 1,
    group: 2,
    flags: 0,
    slot: 3,
  });
  const used = [0, 1, 4_095, 8_192, entries - 1];
  for (const index of used) table.set(index, backend(index));
  for (const index of used) assert.deepEqual(table.get(index), backend(index));
  const [piece, last] = [4_096 * 40, Math.ceil(((entries - 8_192) * 40) / 4_096) * 4_096];
  assert.equal(mappedBytes() - before, piece + last);
  assert.throws(() => table.get(entries), RangeError);
});
