import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { dnsView } from '#plan/index.ts';
import { resolve } from './resolve.ts';
import { parseSnapshot } from './snapshot.ts';
import { readQuery } from './wire/read-query.ts';
import { writeAnswer } from './wire/write-answer.ts';
import { createZone } from './zone.ts';

const ports = [{ name: 'http', port: 8080 }];
const good = dnsView({
  imports: [
    { namespace: 'demo', name: 'httpbin', type: 'ClusterSetIP', ips: ['240.10.1.1', 'fd00::1'], ports },
    {
      namespace: 'demo',
      name: 'db',
      type: 'Headless',
      ips: [],
      ports,
      endpoints: [{ cluster: 'east', hostname: 'db-0', addresses: ['10.244.1.7'] }],
    },
  ],
  ordinaryNames: [{ namespace: 'demo', name: 'httpbin' }],
});

/** Where in the snapshot something else is put. */
const places: readonly (readonly string[])[] = [
  ...['version', 'zone', 'serial', 'records', 'overrides', 'services', 'texts'].map((key) => [key]),
  ['records', 'httpbin.demo.svc.clusterset.local'],
  ['records', 'httpbin.demo.svc.clusterset.local', '0'],
  ['services', 'httpbin.demo.svc.clusterset.local'],
  ['services', 'httpbin.demo.svc.clusterset.local', 'ports'],
  ['services', 'httpbin.demo.svc.clusterset.local', 'ports', '0', 'port'],
  ['services', 'httpbin.demo.svc.clusterset.local', 'ports', '0', 'protocol'],
  ['services', 'db.demo.svc.clusterset.local', 'targets'],
  ['services', 'db.demo.svc.clusterset.local', 'targets', '0'],
  ['texts', 'dns-version.clusterset.local', '0'],
];

const something = fc.oneof(
  fc.jsonValue(),
  fc.string({ maxLength: 300 }),
  fc.ipV4(),
  fc.ipV6(),
  fc.domain(),
  fc.array(fc.string({ maxLength: 300 })),
  fc.array(fc.record({ name: fc.string(), port: fc.integer() })),
);

function put(value: unknown, place: readonly string[]): string {
  const copy = structuredClone(good) as unknown as Record<string, unknown>;
  const within = place.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
  within[place.at(-1) ?? ''] = value;
  return JSON.stringify(copy);
}

const questions = Object.keys({ ...good.records, ...good.overrides })
  .flatMap((name) => [name, `_http._tcp.${name}`, '1.1.10.240.in-addr.arpa'])
  .flatMap((name) => (['A', 'AAAA', 'SRV', 'TXT', 'PTR', 'SOA'] as const).map((type) => ({ type, name })));

test('a snapshot that is taken can be answered from, whatever was put into it', () => {
  let taken = 0;
  let refused = 0;
  fc.assert(
    fc.property(something, fc.constantFrom(...places), (value, place) => {
      const snapshot = parseSnapshot(put(value, place));
      if (!snapshot) return void (refused += 1);
      taken += 1;
      const zone = createZone(snapshot);
      for (const question of questions) {
        const read = readQuery(encode({ type: 'query', id: 7, questions: [question] }));
        assert.ok(read.kind === 'query');
        const answer = resolve(read.query, zone, () => 0.5);
        if (answer.kind === 'answer') decode(writeAnswer(read.query, answer, 'udp'));
      }
    }),
    { numRuns: 1000, seed: 20_260_101 },
  );
  assert.ok(taken > 20 && refused > 100, `${taken} taken, ${refused} refused`);
});

test('what is no JSON, or no object, is no snapshot', () => {
  for (const text of ['', '{', 'null', '[]', '7', '"x"']) assert.equal(parseSnapshot(text), undefined, text);
  assert.deepEqual(parseSnapshot(JSON.stringify(good)), JSON.parse(JSON.stringify(good)));
});
