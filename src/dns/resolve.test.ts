import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dnsView } from '#plan/index.ts';
import { resolve } from './resolve.ts';
import { readName } from './wire/read-name.ts';
import { typeOf } from './wire/records.ts';
import { createZone } from './zone.ts';

const service = (name: string, namespace = 'demo') => ({ namespace, name });
const zone = createZone(
  dnsView({
    imports: [
      { ...service('httpbin'), type: 'ClusterSetIP', ips: ['240.10.1.1', '240.10.1.2', '240.10.1.3'] },
      { ...service('waiting'), type: 'ClusterSetIP', ips: [] },
      {
        ...service('mixed'),
        type: 'ClusterSetIP',
        ips: ['fd00::1', '240.10.1.4'],
        ports: [
          { name: 'dns', protocol: 'UDP', port: 53 },
          { name: 'dns-tcp', protocol: 'TCP', port: 53 },
          { protocol: 'SCTP', port: 99 },
        ],
      },
      {
        ...service('db'),
        type: 'Headless',
        ips: [],
        ports: [{ name: 'sql', port: 5432 }],
        endpoints: [
          { cluster: 'east', hostname: 'db-0', addresses: ['10.244.1.7'] },
          { cluster: 'west', addresses: ['10.244.2.7'] },
        ],
      },
      { ...service('empty'), type: 'Headless', ips: [], ports: [{ name: 'sql', port: 5432 }], endpoints: [] },
      {
        ...service('governed', 'shop'),
        type: 'ClusterSetIP',
        ips: ['240.10.1.9'],
        ports: [{ name: 'http', port: 80 }],
      },
      { ...service('local', 'shop'), type: 'ClusterSetIP', ips: ['240.10.1.8'] },
    ],
    ordinaryNames: [service('governed', 'shop'), service('local', 'shop')],
    localServices: [service('local', 'shop')],
  }),
);
const TYPES = { A: 1, SOA: 6, TXT: 16, AAAA: 28, SRV: 33, AXFR: 252, ANY: 255 };
const NO_DATA = 'NOERROR by clusterset.local';
const NO_NAME = 'NXDOMAIN by clusterset.local';

const ask = (name: string, type: keyof typeof TYPES = 'A', random = 0) =>
  resolve({ name, type: TYPES[type], class: 1 }, zone, () => random);

/** Addresses, `port host` of SRV, or who denies. */
function told(name: string, type: keyof typeof TYPES = 'A', random = 0): string | readonly string[] {
  const answer = ask(name, type, random);
  if (answer.kind !== 'answer') return answer.kind;
  if (answer.records.length === 0) return `${answer.rcode} by ${answer.soa?.zone}`;
  const turned = [...answer.records.slice(answer.first), ...answer.records.slice(0, answer.first)];
  return turned.map((record) => {
    const { bytes, target } = record;
    if (target) return `${bytes.readUInt16BE(16)} ${target.name}`;
    if (typeOf(record) === TYPES.TXT) return bytes.toString('latin1', 13);
    return bytes.subarray(12).join(bytes.length === 16 ? '.' : ',');
  });
}

test('answers an imported service with its addresses, turned by chance', () => {
  const [a, b, c] = ['240.10.1.1', '240.10.1.2', '240.10.1.3'];
  const name = 'httpbin.demo.svc.clusterset.local';
  assert.deepEqual(
    [0, 0.4, 0.99].map((random) => told(name, 'A', random)),
    [
      [a, b, c],
      [b, c, a],
      [c, a, b],
    ],
  );
});

test('gives each family its own addresses, and for ANY one kind of record', () => {
  const name = 'mixed.demo.svc.clusterset.local';
  assert.deepEqual(told(name), ['240.10.1.4']);
  assert.deepEqual(told(name, 'AAAA'), ['253,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1']);
  assert.equal(told('httpbin.demo.svc.clusterset.local', 'AAAA'), NO_DATA);
  assert.equal(told('httpbin.demo.svc.clusterset.local', 'ANY').length, 3);
  assert.deepEqual(told('dns-version.clusterset.local', 'ANY'), ['1.0.0']);
});

test('names the ports of a service: each number once on its own name, each named port on its own', () => {
  const name = 'mixed.demo.svc.clusterset.local';
  assert.deepEqual(told(name, 'SRV'), [`53 ${name}`, `99 ${name}`]);
  assert.deepEqual(told(`_dns._udp.${name}`, 'SRV'), [`53 ${name}`]);
  assert.deepEqual(told(`_dns-tcp._tcp.${name}`, 'SRV'), [`53 ${name}`]);
  const answer = ask(`_dns._udp.${name}`, 'SRV');
  assert.equal(answer.kind === 'answer' && answer.glue?.(name).length, 2);
});

test('has no SRV name for an unnamed port, another protocol, or a service without ports', () => {
  for (const name of [
    '_._sctp.mixed.demo.svc.clusterset.local',
    '_sctp.mixed.demo.svc.clusterset.local',
    '_dns._tcp.mixed.demo.svc.clusterset.local',
    '_x._udp.mixed.demo.svc.clusterset.local',
    '_http._tcp.httpbin.demo.svc.clusterset.local',
    '_tcp.demo.svc.clusterset.local',
    '_sql._tcp.empty.demo.svc.clusterset.local',
  ]) {
    assert.equal(told(name, 'SRV'), NO_NAME, name);
  }
  assert.equal(told('httpbin.demo.svc.clusterset.local', 'SRV'), NO_DATA);
});

test('a headless service is all its endpoints, each by host name or dashed address below its cluster', () => {
  const name = 'db.demo.svc.clusterset.local';
  assert.deepEqual(told(name), ['10.244.1.7', '10.244.2.7']);
  assert.deepEqual(told(`db-0.east.${name}`), ['10.244.1.7']);
  assert.deepEqual(told(`10-244-2-7.west.${name}`), ['10.244.2.7']);
  const hosts = [`5432 10-244-2-7.west.${name}`, `5432 db-0.east.${name}`];
  assert.deepEqual(told(name, 'SRV'), hosts);
  assert.deepEqual(told(`_sql._tcp.${name}`, 'SRV'), hosts);
  assert.equal(told(`db-0.west.${name}`), NO_NAME);
  assert.equal(told('empty.demo.svc.clusterset.local'), NO_NAME, 'no ready endpoint');
});

test('says "no such type" where the name exists, and where only something below it does', () => {
  for (const name of [
    'httpbin.demo.svc.clusterset.local',
    'demo.svc.clusterset.local',
    'svc.clusterset.local',
    'clusterset.local',
    'dns-version.clusterset.local',
    'east.db.demo.svc.clusterset.local',
    '_udp.mixed.demo.svc.clusterset.local',
    '_dns._udp.mixed.demo.svc.clusterset.local',
  ]) {
    assert.equal(told(name, 'AAAA'), NO_DATA, name);
  }
});

test('says "no such name" for everything else below the zone', () => {
  for (const name of [
    'nobody.demo.svc.clusterset.local',
    'waiting.demo.svc.clusterset.local',
    'cluster-1.httpbin.demo.svc.clusterset.local',
    'demo.clusterset.local',
    'constructor.clusterset.local',
    '__proto__.clusterset.local',
  ]) {
    assert.equal(told(name), NO_NAME, name);
  }
});

test('knows the service of a VIP by its address, and leaves every other address to the cluster DNS', () => {
  const pointer = (name: string) => {
    const answer = resolve({ name, type: 12, class: 1 }, zone, () => 0);
    if (answer.kind !== 'answer') return answer.kind;
    return readName(answer.records[0]?.bytes ?? Buffer.alloc(0), 12)?.text;
  };
  const six = `${'1.' + '0.'.repeat(27)}0.0.d.f.ip6.arpa`;
  assert.equal(pointer('2.1.10.240.in-addr.arpa'), 'httpbin.demo.svc.clusterset.local');
  assert.equal(pointer(six), 'mixed.demo.svc.clusterset.local');
  assert.equal(pointer('9.1.10.240.in-addr.arpa'), 'governed.shop.svc.clusterset.local');
  for (const other of ['7.1.244.10.in-addr.arpa', '99.1.10.240.in-addr.arpa', '10.240.in-addr.arpa', 'arpa']) {
    assert.equal(pointer(other), 'forward', other);
  }
  assert.equal(told('2.1.10.240.in-addr.arpa'), 'NOERROR by 2.1.10.240.in-addr.arpa');
});

test('says who it is at the top of the zone, and which schema it follows', () => {
  const answer = ask('clusterset.local', 'SOA');
  assert.deepEqual(answer.kind === 'answer' && [answer.soa, answer.soaAsked], [
    { zone: 'clusterset.local', serial: zone.serial },
    true,
  ]);
  assert.equal(told('svc.clusterset.local', 'SOA'), NO_DATA);
  assert.deepEqual(told('dns-version.clusterset.local', 'TXT'), ['1.0.0']);
});

test('takes over the ordinary name where a policy does, ports included, and no other', () => {
  const name = 'governed.shop.svc.cluster.local';
  assert.deepEqual(told(name), ['240.10.1.9']);
  assert.deepEqual(told(`_http._tcp.${name}`, 'SRV'), [`80 ${name}`]);
  assert.equal(told(name, 'AAAA'), 'NOERROR by cluster.local');
  assert.equal(told('local.shop.svc.cluster.local'), 'forward');
  assert.equal(told('httpbin.demo.svc.cluster.local'), 'forward');
});

test('leaves every other name to the cluster DNS, in every class', () => {
  for (const name of [
    'example.org',
    'kubernetes.default.svc.cluster.local',
    'notclusterset.local',
    '',
    'constructor',
    '_tcp',
    '_kerberos._udp.example.org',
  ]) {
    assert.equal(told(name), 'forward', name);
  }
  assert.equal(resolve({ name: 'version.bind', type: 16, class: 3 }, zone, () => 0).kind, 'forward');
});

test('refuses zone transfers, and other classes for names of its own', () => {
  assert.equal(told('clusterset.local', 'AXFR'), 'refused');
  assert.equal(told('example.org', 'AXFR'), 'refused');
  for (const name of ['clusterset.local', 'nobody.clusterset.local', 'governed.shop.svc.cluster.local']) {
    assert.equal(resolve({ name, type: 1, class: 3 }, zone, () => 0).kind, 'refused', name);
  }
});

test('before the first snapshot it says so for its own zone and forwards the rest', () => {
  const early = (name: string) => resolve({ name, type: 1, class: 1 }, undefined, () => 0).kind;
  assert.deepEqual([early('a.b.svc.clusterset.local'), early('example.org')], ['unavailable', 'forward']);
});
