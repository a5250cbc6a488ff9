import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { readName, writeName } from './read-name.ts';
import { readQuery, type WireQuery } from './read-query.ts';
import { addressRecord, serviceRecord, textRecord, type WireRecord } from './records.ts';
import { writeAnswer, writeRefusal } from './write-answer.ts';

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

const address = (text: string): WireRecord => addressRecord(text) ?? assert.fail(text);
const addresses = (count: number) => Array.from({ length: count }, (_, i) => address(`240.10.1.${i}`));

test('reads a question in any letter case and repeats it as it was asked', () => {
  const query = read(ask('HttpBin.Demo.svc.clusterset.local'));
  assert.equal(query.name, 'httpbin.demo.svc.clusterset.local');
  const answer = decode(writeAnswer(query, { rcode: 'NOERROR', records: addresses(1) }, 'udp'));
  assert.equal(answer.questions?.[0]?.name, 'HttpBin.Demo.svc.clusterset.local');
  assert.deepEqual(
    answer.answers?.map((one) => one.type === 'A' && one.data),
    ['240.10.1.0'],
  );
});

test('names every address by a pointer: 16 bytes each', () => {
  const query = read(ask('httpbin.demo.svc.clusterset.local'));
  const one = writeAnswer(query, { rcode: 'NOERROR', records: addresses(1) }, 'tcp').length;
  assert.equal(writeAnswer(query, { rcode: 'NOERROR', records: addresses(30) }, 'tcp').length, one + 29 * 16);
});

test('marks an answer that does not fit over UDP as truncated, by the size the client takes, and gives what fits', () => {
  const long = { rcode: 'NOERROR' as const, records: addresses(60) };
  const plain = decode(writeAnswer(read(ask('a.b.svc.clusterset.local')), long, 'udp'));
  assert.equal(plain.flag_tc, true);
  assert.equal(plain.answers?.length, Math.floor((512 - 12 - 29) / 16));
  const large = writeAnswer(read(ask('a.b.svc.clusterset.local', edns(4096))), long, 'udp');
  assert.equal(decode(large).flag_tc, false);
  assert.ok(large.length > 512 && large.length <= 1232);
  const tooLarge = { rcode: 'NOERROR' as const, records: addresses(100) };
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

test('gives the ports of a service with the addresses of its hosts, which are named by a pointer', () => {
  const [one, two] = ['db-0.east.db.demo.svc.clusterset.local', 'db-0.west.db.demo.svc.clusterset.local'];
  const query = read(
    encode({ type: 'query', id: 7, questions: [{ type: 'SRV', name: '_sql._tcp.DB.demo.svc.clusterset.local' }] }),
  );
  const records = [serviceRecord(one, 5432), serviceRecord(two, 5432)];
  const glue = (host: string) => (host === one ? [address('10.244.1.7'), address('fd00::7')] : [address('10.244.2.7')]);
  const message = writeAnswer(query, { rcode: 'NOERROR', records, glue, first: 1 }, 'udp');
  const { answers = [], additionals = [] } = decode(message);
  assert.deepEqual(
    answers.map((record) => record.type === 'SRV' && record.data),
    [two, one].map((target) => ({ priority: 0, weight: 1, port: 5432, target })),
  );
  assert.deepEqual(
    additionals.map((record) => [record.type, record.name, 'data' in record && record.data]),
    [
      ['A', one, '10.244.1.7'],
      ['AAAA', one, 'fd00::7'],
      ['A', two, '10.244.2.7'],
    ],
  );
  const bare = writeAnswer(query, { rcode: 'NOERROR', records }, 'udp');
  assert.equal(message.length, bare.length + 16 + 28 + 16);
});

test('leaves out the addresses of hosts before it cuts the answer', () => {
  const hosts = Array.from({ length: 7 }, (_, i) => `db-${i}.east.db.demo.svc.clusterset.local`);
  const records = hosts.map((host) => serviceRecord(host, 5432));
  const glue = () => [address('10.244.1.7')];
  const query = read(ask('db.demo.svc.clusterset.local'));
  const { answers, additionals, flag_tc } = decode(writeAnswer(query, { rcode: 'NOERROR', records, glue }, 'udp'));
  assert.deepEqual([answers?.length, flag_tc], [7, false]);
  assert.ok((additionals?.length ?? 7) < 7);
});

test('never writes more than a TCP message holds', () => {
  const records = Array.from({ length: 5000 }, () => address('10.244.1.7'));
  const message = writeAnswer(read(ask('db.demo.svc.clusterset.local')), { rcode: 'NOERROR', records }, 'tcp');
  assert.ok(message.length <= 65_535 && message.length > 65_500);
  assert.equal(decode(message).flag_tc, true);
});

test('says a text, and the SOA when it is asked for', () => {
  const query = read(ask('dns-version.clusterset.local'));
  const [text] = decode(writeAnswer(query, { rcode: 'NOERROR', records: [textRecord('1.0.0')] }, 'udp')).answers ?? [];
  assert.equal(text?.type === 'TXT' && String(text.data), '1.0.0');
  const soa = { zone: 'clusterset.local', serial: 9 };
  const own = decode(writeAnswer(read(ask('clusterset.local')), { rcode: 'NOERROR', soa, soaAsked: true }, 'udp'));
  assert.deepEqual([own.answers?.[0]?.type, own.authorities?.length], ['SOA', 0]);
});

test('writes every address as the machine reads it', () => {
  for (const text of ['::', '::1', 'fd00::', '1:2:3:4:5:6:7:8', '2001:db8::a:0:1', '64:ff9b::192.0.2.1']) {
    const [record] =
      decode(writeAnswer(read(ask('a')), { rcode: 'NOERROR', records: [address(text)] }, 'tcp')).answers ?? [];
    const told = record?.type === 'AAAA' ? record.data : '';
    assert.equal(new URL(`http://[${told}]`).hostname, new URL(`http://[${text}]`).hostname);
  }
  for (const text of ['', '1.2.3', 'fe80::1%eth0', '1::2::3', 'g::'])
    assert.equal(addressRecord(text), undefined, text);
});

test('repeats the DO bit and its own size, and refuses an OPT that is none', () => {
  const query = read(ask('a.b', edns(4096)));
  const opt = (message: WireQuery) => decode(writeAnswer(message, { rcode: 'NOERROR' }, 'udp')).additionals?.[0];
  assert.deepEqual([query.udpSize, query.ednsVersion, query.dnssecOk], [4096, 0, false]);
  const first = opt({ ...query, dnssecOk: true });
  assert.ok(first?.type === 'OPT');
  assert.deepEqual([first.udpPayloadSize, first.flag_do], [1232, true]);
  const bad = { kind: 'refuse', rcode: 'FORMERR', id: 7, repeated: 0x0100 };
  const message = ask('a.b', edns(4096));
  assert.deepEqual(readQuery(message.subarray(0, message.length - 1)), bad, 'cut');
  const two = Buffer.concat([message, message.subarray(-11)]);
  two.writeUInt16BE(2, 10);
  assert.deepEqual(readQuery(two), bad, 'twice');
  const options = Buffer.concat([message, Buffer.from([0, 10, 0, 9, 1])]);
  options.writeUInt16BE(5, message.length - 2);
  assert.deepEqual(readQuery(options), bad, 'an option longer than the record');
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
  assert.deepEqual(readQuery(notify), { kind: 'refuse', rcode: 'NOTIMP', id: 7, repeated: 4 << 11 });
  assert.equal(writeRefusal(7, 'NOTIMP', 4 << 11).readUInt16BE(2), 0x8000 | (4 << 11) | 4);
  const two = ask('a.b', {
    questions: [
      { type: 'A', name: 'a' },
      { type: 'A', name: 'b' },
    ],
  });
  assert.deepEqual(readQuery(two), { kind: 'refuse', rcode: 'FORMERR', id: 7, repeated: 0x0100 });
  const many = ask('a.b');
  many.writeUInt16BE(60000, 10);
  assert.deepEqual(readQuery(many), { kind: 'refuse', rcode: 'FORMERR', id: 7, repeated: 0x0100 });
});

test('reads arbitrary bytes without throwing', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => readQuery(Buffer.from(bytes)) !== undefined));
});

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const host = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));

test('what is written is read back by another implementation: any host, port, address and order', () => {
  const hosts = fc.uniqueArray(
    fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }), ip: fc.oneof(fc.ipV4(), fc.ipV6()) }),
    {
      selector: (one) => one.host,
      minLength: 1,
      maxLength: 40,
    },
  );
  fc.assert(
    fc.property(host, hosts, fc.nat(39), fc.boolean(), (name, all, turn, withEdns) => {
      const query = read(ask(name, withEdns ? edns(1232) : {}));
      const first = turn % all.length;
      const records = all.map((one) => serviceRecord(one.host, one.port));
      const glue = (name: string) => [address(all.find((one) => one.host === name)?.ip ?? '')];
      const message = decode(writeAnswer(query, { rcode: 'NOERROR', records, glue, first }, 'tcp'));
      const wanted = [...all.slice(first), ...all.slice(0, first)];
      assert.equal(message.questions?.[0]?.name, name);
      assert.deepEqual(
        message.answers?.map((one) => one.type === 'SRV' && `${one.data.target}:${one.data.port}`),
        wanted.map((one) => `${one.host}:${one.port}`),
      );
      const owners = message.additionals?.filter(({ type }) => type !== 'OPT').map((one) => one.name);
      assert.deepEqual(
        owners,
        all.map((one) => one.host),
      );
      const cut = writeAnswer(query, { rcode: 'NOERROR', records, glue, first }, 'udp');
      assert.ok(cut.length <= (withEdns ? 1232 : 512));
      assert.equal(decode(cut).flag_tc, (decode(cut).answers?.length ?? 0) < all.length);
    }),
  );
});
