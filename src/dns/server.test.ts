import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { fstatSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Resolver as Client } from 'node:dns/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decode, encode, type Packet } from 'dns-packet';
import { type Clock, type Log, silentLog, systemClock } from '#kit/index.ts';
import { dnsView } from '#plan/index.ts';
import { createFrameReader, framed } from './frames.ts';
import { type Resolver, type ResolverOptions, startResolver } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealane-dns-'));
after(() => rmSync(folder, { recursive: true }));

/** A stand-in for the cluster's own DNS: answers each name with one address, over UDP and TCP. */
class FakeUpstream {
  readonly asked: string[] = [];
  udp: Socket | undefined;
  tcp: Server | undefined;
  port = 0;
  readonly address: string;
  readonly host: string;
  rcode = 0;
  silent = false;
  /** Turns each answer into something else. */
  mangle = (answer: Buffer): Buffer => answer;

  constructor(address: string, host = '127.0.0.1') {
    this.address = address;
    this.host = host;
  }

  async start(): Promise<this> {
    const udp = createSocket(this.host.includes(':') ? 'udp6' : 'udp4');
    udp.on('message', (message, from) => !this.silent && udp.send(this.answer(message), from.port, from.address));
    const tcp = createServer((socket) => {
      const frames = createFrameReader();
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) =>
        frames(chunk).forEach((one) => !this.silent && socket.write(framed(this.answer(one)))),
      );
    });
    // TCP chooses the port: more of its ports are taken, by connections of others.
    await new Promise<void>((resolve) => tcp.listen(this.port, this.host, resolve));
    this.port = (tcp.address() as AddressInfo).port;
    await new Promise<void>((resolve) => udp.bind(this.port, this.host, resolve));
    [this.udp, this.tcp] = [udp, tcp];
    return this;
  }

  async die(): Promise<void> {
    await new Promise<void>((resolve) => (this.udp ? this.udp.close(() => resolve()) : resolve()));
    await new Promise<void>((resolve) => (this.tcp ? this.tcp.close(() => resolve()) : resolve()));
    this.udp = this.tcp = undefined;
  }

  private answer(message: Buffer): Buffer {
    const { id = 0, questions = [] } = decode(message);
    const [question] = questions;
    assert.ok(question);
    this.asked.push(question.name);
    const answers = this.rcode ? [] : [{ type: 'A' as const, name: question.name, ttl: 30, data: this.address }];
    return this.mangle(encode({ type: 'response', id, flags: this.rcode, questions, answers }));
  }
}

const snapshotWith = (...ips: string[]) =>
  dnsView({ imports: [{ namespace: 'demo', name: 'httpbin', type: 'ClusterSetIP', ips }] });

let files = 0;
function writeSnapshot(value: unknown, path = join(folder, `snapshot-${(files += 1)}.json`)): string {
  writeFileSync(`${path}.new`, typeof value === 'string' ? value : JSON.stringify(value));
  renameSync(`${path}.new`, path);
  return path;
}

async function withResolver(
  options: Partial<ResolverOptions>,
  use: (resolver: Resolver & { readonly port: number }) => Promise<void>,
): Promise<void> {
  const resolver = await startResolver({
    listen: [{ address: '127.0.0.1', port: 0 }],
    upstreams: [],
    snapshotPath: join(folder, 'none.json'),
    clock: systemClock,
    log: silentLog,
    upstreamTimeoutMs: 300,
    ...options,
  });
  try {
    await use({ ...resolver, port: resolver.sockets[0]?.port ?? 0 });
  } finally {
    await resolver.close();
  }
}

const client = ({ port }: { readonly port: number }) => {
  const one = new Client({ timeout: 3000, tries: 1 });
  one.setServers([`127.0.0.1:${port}`]);
  return one;
};

const NAME = 'httpbin.demo.svc.clusterset.local';
const question = (name: string, id = 77) =>
  encode({ type: 'query', id, flags: 0x0100, questions: [{ type: 'A', name }] });

function overTcp(
  port: number,
  messages: readonly Buffer[],
  { host = '127.0.0.1', pieces = false } = {},
): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    const frames = createFrameReader();
    const answers: Buffer[] = [];
    const bytes = Buffer.concat(messages.map(framed));
    socket.setNoDelay(true);
    socket.on('connect', () => {
      if (!pieces) return socket.write(bytes);
      for (const byte of bytes) socket.write(Buffer.from([byte]));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${answers.length} answers`)));
    socket.on('data', (chunk) => {
      answers.push(...frames(chunk));
      if (answers.length < messages.length) return;
      socket.destroy();
      resolve(answers);
    });
  });
}

async function eventually<T>(look: () => Promise<T> | T, wanted: (value: T) => boolean, deadlineMs = 5000): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (Date.now() > end) assert.fail(`not within ${deadlineMs} ms, last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let one: FakeUpstream;
let two: FakeUpstream;
before(async () => {
  one = await new FakeUpstream('192.0.2.1').start();
  two = await new FakeUpstream('192.0.2.2').start();
});
after(async () => {
  await one.die();
  await two.die();
});
const upstreams = () => [`127.0.0.1:${one.port}`, `127.0.0.1:${two.port}`];

test('answers the clusterset by itself, and denies what it does not have, with no upstream at all', async () => {
  await withResolver({ snapshotPath: writeSnapshot(snapshotWith('240.10.1.1', '240.10.1.2')) }, async (resolver) => {
    assert.deepEqual((await client(resolver).resolve4(NAME)).toSorted(), ['240.10.1.1', '240.10.1.2']);
    assert.deepEqual(
      await client(resolver)
        .resolve4(NAME, { ttl: true })
        .then(([a]) => a?.ttl),
      5,
    );
    await assert.rejects(client(resolver).resolve6(NAME), { code: 'ENODATA' });
    await assert.rejects(client(resolver).resolve4(`no-${NAME}`), { code: 'ENOTFOUND' });
    await assert.rejects(client(resolver).resolve4('example.org'), { code: 'ESERVFAIL' });
    assert.equal(resolver.counts().failed, 1);
  });
});

test('answers every kind of record that it has to an ordinary client', async () => {
  const [service, db] = ['httpbin.demo.svc.clusterset.local', 'db.demo.svc.clusterset.local'];
  const ports = [{ name: 'http', port: 8080 }];
  const endpoints = [{ cluster: 'east', hostname: 'db-0', addresses: ['10.244.1.7', 'fd00::7'] }];
  const view = dnsView({
    imports: [
      { namespace: 'demo', name: 'httpbin', type: 'ClusterSetIP', ips: ['240.10.1.1'], ports },
      { namespace: 'demo', name: 'db', type: 'Headless', ips: [], ports, endpoints },
    ],
  });
  await withResolver({ snapshotPath: writeSnapshot(view) }, async (resolver) => {
    const asked = client(resolver);
    const port = { type: 'SRV', priority: 0, weight: 1, port: 8080 };
    for (const name of [service, `_http._tcp.${service}`]) {
      assert.deepEqual(await asked.resolveSrv(name), [{ ...port, name: service }], name);
    }
    assert.deepEqual(await asked.resolveSrv(`_http._tcp.${db}`), [{ ...port, name: `db-0.east.${db}` }]);
    assert.deepEqual(await asked.resolve4(db), ['10.244.1.7']);
    assert.deepEqual(await asked.resolve6(`db-0.east.${db}`), ['fd00::7']);
    assert.deepEqual(await asked.resolveTxt('dns-version.clusterset.local'), [['1.0.0']]);
    assert.deepEqual(await asked.reverse('240.10.1.1'), [service]);
    assert.equal((await asked.resolveSoa('clusterset.local')).serial, view.serial);
    await assert.rejects(asked.resolveSrv(`_x._tcp.${service}`), { code: 'ENOTFOUND' });
    await assert.rejects(asked.resolve4(`_http._tcp.${service}`), { code: 'ENODATA' });
  });
});

test('says why it does not answer: FORMERR, NOTIMP, REFUSED, BADVERS', async () => {
  const asked = (message: Packet) =>
    encode({ type: 'query', id: 7, questions: [{ type: 'A', name: NAME }], ...message });
  const notify = asked({});
  notify.writeUInt16BE(4 << 11, 2);
  const chaos = asked({});
  chaos.writeUInt16BE(3, chaos.length - 2);
  const version = asked({
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] }],
  } as never);
  version[version.length - 5] = 1;
  const messages = [
    asked({ questions: [1, 2].map(() => ({ type: 'A', name: NAME })) }),
    asked({ questions: [] }),
    notify,
    chaos,
    asked({ questions: [{ type: 'AXFR', name: 'clusterset.local' }] }),
    version,
  ].map((message, id) => {
    message.writeUInt16BE(id, 0);
    return message;
  });
  await withResolver({ snapshotPath: writeSnapshot(snapshotWith('240.10.1.1')) }, async ({ port }) => {
    const answers = await overTcp(port, messages);
    const rcodes = answers.map((answer) => {
      const opt = decode(answer).additionals?.find((one) => one.type === 'OPT');
      return [
        answer.readUInt16BE(0),
        (answer.readUInt16BE(2) & 15) + 16 * (opt?.type === 'OPT' ? opt.extendedRcode : 0),
      ];
    });
    assert.deepEqual(Object.fromEntries(rcodes), { 0: 1, 1: 1, 2: 4, 3: 5, 4: 5, 5: 16 });
  });
});

test('gives the descriptors of the bound UDP sockets', async () => {
  const listen = ['127.0.0.1', '::1'].map((address) => ({ address, port: 0 }));
  await withResolver({ listen }, async ({ sockets }) => {
    assert.equal(new Set(sockets.map(({ udpFd }) => udpFd)).size, 2);
    for (const { udpFd } of sockets) assert.ok(fstatSync(udpFd).isSocket());
  });
});

test('serves IPv6 beside IPv4, over UDP and TCP, and takes no IPv4 on an IPv6 address', async () => {
  const snapshotPath = writeSnapshot(snapshotWith('240.10.1.1', 'fd00:240::1'));
  const listen = ['127.0.0.1', '::'].map((address) => ({ address, port: 0 }));
  await withResolver({ listen, snapshotPath }, async ({ sockets: [four, six] }) => {
    assert.ok(four && six);
    for (const at of [`127.0.0.1:${four.port}`, `[::1]:${six.port}`]) {
      const asked = new Client({ timeout: 3000, tries: 1 });
      asked.setServers([at]);
      assert.deepEqual(await asked.resolve4(NAME), ['240.10.1.1'], at);
      assert.deepEqual(await asked.resolve6(NAME), ['fd00:240::1'], at);
      assert.deepEqual(await asked.reverse('fd00:240::1'), [NAME], at);
    }
    const [answer] = await overTcp(six.port, [question(NAME)], { host: '::1' });
    assert.equal(decode(answer ?? Buffer.alloc(0)).answers?.length, 1);
    await assert.rejects(overTcp(six.port, [question(NAME)], { host: '127.0.0.1' }), { code: 'ECONNREFUSED' });
  });
});

test('starts on none of its addresses when one is taken', async () => {
  await withForeign(async (port) => {
    const taken = { address: '127.0.0.1', port };
    const free = { address: '::1', port };
    await assert.rejects(
      withResolver({ listen: [free, taken] }, async () => {}),
      { code: 'dns/listen' },
    );
    await withResolver({ listen: [free] }, async ({ sockets }) => assert.equal(sockets.length, 1));
  });
});

test('a successor listens while the one before it does', async () => {
  await withResolver({}, async ({ port }) => {
    await withResolver({ listen: [{ address: '127.0.0.1', port }] }, async ({ sockets }) =>
      assert.equal(sockets[0]?.port, port),
    );
  });
});

/** A program that is no resolver of ours has a port of 127.0.0.1. */
async function withForeign(use: (port: number) => Promise<void>): Promise<void> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    await use(socket.address().port);
  } finally {
    socket.close();
  }
}

test('moves from an upstream of one family to one of the other, and back', async () => {
  const six = await new FakeUpstream('192.0.2.6', '::1').start();
  await withResolver({ upstreams: [`[::1]:${six.port}`, `127.0.0.1:${one.port}`] }, async (resolver) => {
    assert.deepEqual(await client(resolver).resolve4('a.example.net'), ['192.0.2.6']);
    const [answer] = await overTcp(resolver.port, [question('tcp.example.net')]);
    const [record] = decode(answer ?? Buffer.alloc(0)).answers ?? [];
    assert.equal(record?.type === 'A' && record.data, '192.0.2.6');
    await six.die();
    assert.deepEqual(await client(resolver).resolve4('b.example.net'), ['192.0.2.1']);
    await six.start();
    await one.die();
    assert.deepEqual(await client(resolver).resolve4('c.example.net'), ['192.0.2.6']);
    await one.start();
  });
  await six.die();
});

test('serves TCP, several questions on one connection, byte by byte', async () => {
  await withResolver(
    { snapshotPath: writeSnapshot(snapshotWith('240.10.1.1')), upstreams: upstreams() },
    async ({ port }) => {
      const answers = await overTcp(port, [question(NAME, 1), question('example.org', 2), question(NAME, 3)], {
        pieces: true,
      });
      const byId = new Map(answers.map((answer) => [decode(answer).id, decode(answer).answers?.[0]]));
      assert.deepEqual(
        [1, 2, 3].map((id) => byId.get(id)).map((record) => record?.type === 'A' && record.data),
        ['240.10.1.1', '192.0.2.1', '240.10.1.1'],
      );
    },
  );
});

test('moves to the next upstream when one dies, remembers it, and comes back when that one dies', async () => {
  await withResolver({ upstreams: upstreams() }, async (resolver) => {
    assert.deepEqual(await client(resolver).resolve4('a.example.org'), ['192.0.2.1']);
    await one.die();
    assert.deepEqual(await client(resolver).resolve4('b.example.org'), ['192.0.2.2']);
    const asked = two.asked.length;
    await one.start();
    assert.deepEqual(
      await client(resolver).resolve4('c.example.org'),
      ['192.0.2.2'],
      'stays with the one that answered',
    );
    assert.equal(two.asked.length, asked + 1);
    await two.die();
    assert.deepEqual(await client(resolver).resolve4('d.example.org'), ['192.0.2.1']);
    await one.die();
    await assert.rejects(client(resolver).resolve4('e.example.org'), { code: 'ESERVFAIL' });
    await one.start();
    await two.start();
    assert.equal((await client(resolver).resolve4('f.example.org')).length, 1, 'recovers when they do');
  });
});

test('moves on from an upstream that is silent, and from one that fails, over TCP too', async () => {
  await withResolver({ upstreams: upstreams() }, async (resolver) => {
    one.silent = true;
    assert.deepEqual(await client(resolver).resolve4('silent.example.org'), ['192.0.2.2']);
    one.silent = false;
  });
  await withResolver({ upstreams: upstreams() }, async (resolver) => {
    one.silent = true;
    const [answer] = await overTcp(resolver.port, [question('tcp.example.org')]);
    const [record] = decode(answer ?? Buffer.alloc(0)).answers ?? [];
    assert.equal(record?.type === 'A' && record.data, '192.0.2.2');
    one.silent = false;
    two.rcode = 2;
    assert.deepEqual(await client(resolver).resolve4('failing.example.org'), ['192.0.2.1']);
    two.rcode = 0;
  });
});

test('takes no answer for another question, with another id, or cut, from an upstream', async () => {
  const mangles: ((answer: Buffer) => Buffer)[] = [
    (answer) => Buffer.from(answer.map((byte, at) => (at === 1 ? byte ^ 1 : byte))),
    (answer) => Buffer.from(answer.map((byte, at) => (at === 13 ? byte ^ 1 : byte))),
    (answer) => Buffer.from(answer.map((byte, at) => (at === 2 ? byte & 0x7f : byte))),
    (answer) => answer.subarray(0, 11),
    () => Buffer.alloc(0),
  ];
  for (const mangle of mangles) {
    await withResolver({ upstreams: upstreams(), upstreamTimeoutMs: 150 }, async (resolver) => {
      one.mangle = mangle;
      assert.deepEqual(await client(resolver).resolve4('x.example.org'), ['192.0.2.2']);
    });
  }
  one.mangle = (answer) => answer;
});

test('answers everything that one client asks at once over TCP', async () => {
  await withResolver({ upstreams: upstreams() }, async ({ port }) => {
    const answers = await overTcp(
      port,
      Array.from({ length: 200 }, (_, id) => question(`q${id}.example.org`, id)),
    );
    assert.equal(new Set(answers.map((answer) => answer.readUInt16BE(0))).size, 200);
  });
});

test('closes a connection over which nothing is asked for 10 s', async () => {
  const fast: Clock = { ...systemClock, after: (ms, run, options) => systemClock.after(ms / 50, run, options) };
  await withResolver({ clock: fast }, async ({ port }) => {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.on('close', () => resolve()).resume());
    assert.ok(socket.destroyed);
  });
});

test('follows the snapshot file, keeps the last good one, and starts without any', async () => {
  const path = join(folder, 'followed.json');
  let warnings = 0;
  const log: Log = Object.assign(Object.create(silentLog), { warn: () => (warnings += 1) });
  await withResolver({ snapshotPath: path, log }, async (resolver) => {
    const addresses = () =>
      client(resolver)
        .resolve4(NAME)
        .catch((error: NodeJS.ErrnoException) => [String(error.code)]);
    assert.deepEqual(await addresses(), ['ESERVFAIL']);
    writeSnapshot(snapshotWith('240.10.1.1'), path);
    await eventually(addresses, ([first]) => first === '240.10.1.1');
    for (const bad of [
      '{"version":1,',
      '{}',
      JSON.stringify({ ...snapshotWith(), records: { [NAME]: ['no address'] } }),
      JSON.stringify({ ...snapshotWith(), services: { [NAME]: { ports: [{ port: 70_000 }] } } }),
      JSON.stringify({ ...snapshotWith(), services: { [NAME]: { ports: [], targets: ['x'.repeat(64)] } } }),
      JSON.stringify({ ...snapshotWith(), texts: { [NAME]: ['x'.repeat(256)] } }),
    ]) {
      const before = warnings;
      writeSnapshot(bad, path);
      await eventually(
        () => warnings,
        (count) => count > before,
      );
      assert.deepEqual(await addresses(), ['240.10.1.1'], bad);
    }
    rmSync(path);
    assert.deepEqual(await addresses(), ['240.10.1.1']);
    const { services: _services, texts: _texts, ...old } = snapshotWith('240.10.1.2');
    writeSnapshot(old, path);
    await eventually(addresses, ([first]) => first === '240.10.1.2');
  });
});

test('survives garbage on both transports and goes on answering', async () => {
  await withResolver({ snapshotPath: writeSnapshot(snapshotWith('240.10.1.1')) }, async (resolver) => {
    const socket = createSocket('udp4');
    for (let i = 0; i < 500; i += 1) {
      const garbage = Buffer.from(Array.from({ length: i % 90 }, (_, at) => (i * 31 + at * 17) & 255));
      socket.send(garbage, resolver.port, '127.0.0.1');
      if (i % 50 === 49) {
        await eventually(
          () => resolver.counts().garbage,
          (count) => count > i - 20,
        );
      }
    }
    socket.close();
    const tcp = connect(resolver.port, '127.0.0.1');
    tcp.on('error', () => tcp.destroy());
    await new Promise<void>((resolve) => tcp.write(Buffer.alloc(70_000, 0xff), () => resolve()));
    tcp.destroy();
    assert.deepEqual(await client(resolver).resolve4(NAME), ['240.10.1.1']);
  });
});

test('says SERVFAIL at once when too many questions are in flight', async () => {
  one.silent = true;
  await withResolver(
    { upstreams: upstreams().slice(0, 1), maxInFlight: 2, upstreamTimeoutMs: 2000 },
    async ({ port }) => {
      const socket = createSocket('udp4');
      const answers: number[] = [];
      socket.on('message', (message) => answers.push(message.readUInt16BE(2) & 15));
      for (let i = 0; i < 5; i += 1) socket.send(question(`q${i}.example.org`, i), port, '127.0.0.1');
      const early = await eventually(
        () => answers.length,
        (count) => count >= 3,
        1500,
      );
      assert.equal(early, 3);
      assert.deepEqual(answers, [2, 2, 2]);
      socket.close();
    },
  );
  one.silent = false;
});

test('says what is wrong with an upstream or a taken address', async () => {
  await assert.rejects(
    withResolver({ upstreams: ['dns.example'] }, async () => {}),
    { code: 'dns/bad-upstream' },
  );
  await withForeign(async (port) => {
    const again = withResolver({ listen: [{ address: '127.0.0.1', port }] }, async () => {});
    await assert.rejects(again, { code: 'dns/listen', message: /listen for DNS on 127\.0\.0\.1:\d+: .*EADDRINUSE/ });
  });
});
