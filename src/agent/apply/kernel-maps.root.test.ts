/** The tables' suites on real maps of the kernel. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type LoadedObject, loadObject } from '#kernel/index.ts';
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
