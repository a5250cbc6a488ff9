import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { readName, writeName } from './read-name.ts';
import { readQuery, type WireQuery } from './read-query.ts';
import { writeAnswer } from './write-answer.ts';

const ask = (name: string, more: Partial<Packet> = {}) =>
  encode({ type: 'query', id: 7, flags: 0x0100, questions: [{ type: 'A', name }], ...more });

const edns = (udpPayloadSize: number) =>
  ({
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  }) as Partial<Packet>;

function read(message: Buffer): WireQuery {
  const result = readQuery(message);
  assert.equal(result.kind, 'query');
  assert.ok(result.kind === 'query');
  return result.query;
}

const addresses = (count: number) => Array.from({ length: count }, (_, i) => [240, 10, 1, i]);

test('reads a question in any letter case and repeats it as it was asked', () => {
  const query = read(ask('HttpBin.Demo.svc.clusterset.local'));
  assert.equal(query.name, 'httpbin.demo.svc.clusterset.local');
  const answer = decode(writeAnswer(query, { rcode: 'NOERROR', addresses: addresses(1) }, 'udp'));
  assert.equal(answer.questions?.[0]?.name, 'HttpBin.Demo.svc.clusterset.local');
  assert.deepEqual(
    answer.answers?.map((one) => one.type === 'A' && one.data),
    ['240.10.1.0'],
  );
});

test('names every address by a pointer: 16 bytes each', () => {
  const query = read(ask('httpbin.demo.svc.clusterset.local'));
  const one = writeAnswer(query, { rcode: 'NOERROR', addresses: addresses(1) }, 'tcp').length;
  assert.equal(writeAnswer(query, { rcode: 'NOERROR', addresses: addresses(30) }, 'tcp').length, one + 29 * 16);
});

test('marks an answer that does not fit over UDP as truncated, by the size the client takes', () => {
  const long = { rcode: 'NOERROR' as const, addresses: addresses(60) };
  const plain = decode(writeAnswer(read(ask('a.b.svc.clusterset.local')), long, 'udp'));
  assert.equal(plain.flag_tc, true);
  assert.equal(plain.answers?.length, 0);
  const large = writeAnswer(read(ask('a.b.svc.clusterset.local', edns(4096))), long, 'udp');
  assert.equal(decode(large).flag_tc, false);
  assert.ok(large.length > 512 && large.length <= 1232);
  const tooLarge = { rcode: 'NOERROR' as const, addresses: addresses(100) };
  assert.equal(decode(writeAnswer(read(ask('a.b.svc.clusterset.local', edns(4096))), tooLarge, 'udp')).flag_tc, true);
  assert.equal(decode(writeAnswer(read(ask('a.b.svc.clusterset.local')), tooLarge, 'tcp')).answers?.length, 100);
});

test('denies with the SOA of the zone', () => {
  const query = read(ask('nobody.demo.svc.clusterset.local', edns(1232)));
  const answer = decode(
    writeAnswer(query, { rcode: 'NXDOMAIN', authoritative: true, soa: { zone: 'clusterset.local', serial: 9 } }, 'udp'),
  );
  assert.equal((answer as { rcode?: string }).rcode, 'NXDOMAIN');
  assert.equal(answer.flag_aa, true);
  const [soa] = answer.authorities ?? [];
  assert.ok(soa?.type === 'SOA');
  assert.equal(soa.name, 'clusterset.local');
  assert.deepEqual(
    [soa.data.mname, soa.data.rname, soa.data.serial, soa.data.minimum, soa.ttl],
    ['ns.dns.clusterset.local', 'hostmaster.clusterset.local', 9, 5, 5],
  );
});

test('says BADVERS in the upper bits of the rcode', () => {
  const answer = decode(writeAnswer(read(ask('a.b', edns(1232))), { rcode: 'BADVERS' }, 'udp'));
  const [opt] = answer.additionals ?? [];
  assert.equal(opt?.type === 'OPT' && opt.extendedRcode, 1);
});

test('takes names of 63 and 255 bytes and none larger', () => {
  const label = 'x'.repeat(63);
  assert.equal(readName(writeName(label), 0)?.text, label);
  const tooLong = Buffer.concat([Buffer.from([64]), Buffer.alloc(64, 120), Buffer.from([0])]);
  assert.equal(readName(tooLong, 0), undefined);
  const longest = [label, label, label, 'x'.repeat(61)].join('.');
  assert.equal(writeName(longest).length, 255);
  assert.equal(readName(writeName(longest), 0)?.text, longest);
  assert.equal(readName(writeName(`${longest}x`), 0), undefined);
});

test('refuses a compressed question, a dot inside a label and what is cut', () => {
  assert.equal(readName(Buffer.from([0xc0, 0x00]), 0), undefined);
  assert.equal(readName(Buffer.from([3, 97, 46, 98, 0]), 0), undefined);
  assert.equal(readName(Buffer.from([3, 97, 98]), 0), undefined);
  assert.equal(readName(Buffer.alloc(0), 0), undefined);
});

test('never answers an answer, and refuses what it cannot serve by name', () => {
  assert.equal(readQuery(encode({ type: 'response', id: 7, questions: [{ type: 'A', name: 'a' }] })).kind, 'ignore');
  assert.equal(readQuery(Buffer.alloc(11)).kind, 'ignore');
  const notify = ask('a.b');
  notify.writeUInt16BE(4 << 11, 2);
  assert.deepEqual(readQuery(notify), { kind: 'refuse', rcode: 'NOTIMP', id: 7 });
  const two = ask('a.b', {
    questions: [
      { type: 'A', name: 'a' },
      { type: 'A', name: 'b' },
    ],
  });
  assert.deepEqual(readQuery(two), { kind: 'refuse', rcode: 'FORMERR', id: 7 });
  const many = ask('a.b');
  many.writeUInt16BE(60000, 10);
  assert.deepEqual(readQuery(many), { kind: 'refuse', rcode: 'FORMERR', id: 7 });
});

test('reads whatever comes without throwing: 200,000 mutated packets', () => {
  const seeds = [ask('httpbin.demo.svc.clusterset.local'), ask('a.b', edns(4096)), ask('x'.repeat(63), edns(512))];
  const kinds = { query: 0, refuse: 0, ignore: 0 };
  let state = 20_260_101;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let i = 0; i < 200_000; i += 1) {
    const message = Buffer.from(seeds[i % seeds.length] ?? '');
    for (let n = below(4); n >= 0; n -= 1) message[below(message.length)] = below(256);
    const result = readQuery(below(4) === 0 ? message.subarray(0, below(message.length)) : message);
    kinds[result.kind] += 1;
    if (result.kind === 'query') {
      const answer = writeAnswer(result.query, { rcode: 'NOERROR', addresses: addresses(2) }, 'udp');
      if (i % 50 === 0) assert.equal(decode(answer).answers?.length, 2);
    }
  }
  assert.ok(Math.min(...Object.values(kinds)) > 1000, `a one-sided corpus: ${JSON.stringify(kinds)}`);
});

test('reads arbitrary bytes without throwing', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => readQuery(Buffer.from(bytes)) !== undefined));
});
