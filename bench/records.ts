/**
 * What one import more costs a member that has many: an address is given out and the records are written. Time of the processor,
 * milliseconds, without any API server.
 *
 *   node bench/records.ts [services]      default 10000
 */
import { silentLog, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { loadRecords } from '../src/member/vips/records.ts';

const [services = 10_000] = process.argv.slice(2).map(Number);
const ROUNDS = 50;
const NOTHING = { vips: [], peers: [], lanePorts: [], epoch: 0 };
let writes = 0;
let version = 0;
const written = async (_: unknown, object: object) => {
  writes++;
  return { ...object, metadata: { ...(object as { metadata: object }).metadata, resourceVersion: String(++version) } };
};
const client = { list: async () => [], create: written, update: written } as unknown as Client;
const records = await loadRecords(
  {
    client,
    clock: systemClock,
    log: silentLog,
    vipRanges: ['240.0.0.0/12'],
    lanePorts: { first: 10_000, last: 39_999 },
  },
  NOTHING,
);
const nameOf = (i: number) => ({ namespace: `team-${i % 50}`, name: `a-service-with-a-name-${i}` });
const all = Array.from({ length: services }, (_, i) => nameOf(i));
records.wantVips(all);
records.wantLanePorts(
  all.map((one) => ({ ...one, portName: 'http', protocol: 'TCP' as const, port: 80 })),
  {},
);
await records.save();
writes = 0;
const took: number[] = [];
for (let i = 0; i < ROUNDS; i++) {
  const before = process.cpuUsage();
  records.wantVip(nameOf(services + i));
  await records.save();
  const { user, system } = process.cpuUsage(before);
  took.push((user + system) / 1000);
}
const sorted = took.toSorted((a, b) => a - b);
console.log(
  JSON.stringify({ services, medianMs: sorted[ROUNDS / 2], maxMs: sorted.at(-1), writesEach: writes / ROUNDS }),
);
