/** What is done with answers from upstream, by an upstream that can be told to misbehave. */
import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import { silentLog, systemClock } from '#kit/index.ts';
import { createForwarder, type Transport } from './forwarder.ts';
import { createFrameReader, framed } from './frames.ts';
import { readQuery } from './wire/read-query.ts';

type Serve = (message: Buffer, reply: (answer: Buffer) => void, from: RemoteInfo) => void;

interface Upstreams {
  readonly udp: Serve;
  readonly tcp?: (message: Buffer) => Buffer;
}

const NAME = 'wWw.Example.org';
const ask = (more: Partial<Packet> = {}, id = 7) =>
  encode({ type: 'query', id, flags: 0x0100, questions: [{ type: 'A', name: NAME }], ...more });
const edns = (udpPayloadSize: number) =>
  ({ additionals: [{ type: 'OPT', name: '.', udpPayloadSize, flags: 0, options: [] }] }) as unknown as Partial<Packet>;

/** To the message, with so many addresses. */
function answerTo(message: Buffer, count: number, more: Partial<Packet> = {}): Buffer {
  const { id = 0, questions = [] } = decode(message);
  const name = questions[0]?.name ?? '';
  const answers: Answer[] = Array.from({ length: count }, (_, i) => ({
    type: 'A',
    name,
    ttl: 30,
    data: `192.0.2.${i}`,
  }));
  return encode({ type: 'response', id, questions, answers, ...more });
}

/** Asks through a forwarder whose only upstream is the one given. */
async function withUpstream(
  { udp, tcp }: Upstreams,
  use: (asked: (message: Buffer, transport?: Transport) => Promise<Buffer | undefined>) => Promise<void>,
) {
  const server = createServer((client) => {
    const frames = createFrameReader();
    client.on('error', () => client.destroy());
    client.on('data', (chunk) => frames(chunk).forEach((one) => tcp && client.write(framed(tcp(one)))));
  });
  // TCP chooses the port: more of its ports are taken, by connections of others.
  if (tcp) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => udp(message, (answer) => socket.send(answer, from.port, from.address), from));
  const wanted = tcp ? (server.address() as AddressInfo).port : 0;
  await new Promise<void>((resolve) => socket.bind(wanted, '127.0.0.1', resolve));
  const { port } = socket.address();
  const forwarder = createForwarder({
    upstreams: [{ address: '127.0.0.1', port }],
    clock: systemClock,
    log: silentLog,
    timeoutMs: 2000,
    maxInFlight: 64,
  });
  try {
    await use((message, transport = 'udp') => {
      const read = readQuery(message);
      assert.ok(read.kind === 'query');
      return forwarder.ask(message, read.query, transport);
    });
  } finally {
    socket.close();
    if (tcp) server.close();
  }
}

test('waits for the right answer while others forge it', async () => {
  const forged = (message: Buffer, at: number) => {
    const answer = answerTo(message, 2);
    answer[at] = (answer[at] ?? 0) ^ 2;
    return answer;
  };
  const stranger = createSocket('udp4');
  const udp: Serve = (message, reply, from) => {
    for (const at of [0, 1, 14, 12 + NAME.length + 3, 12 + NAME.length + 5]) reply(forged(message, at));
    reply(message);
    reply(Buffer.alloc(3));
    stranger.send(answerTo(message, 2), from.port, from.address, () => reply(answerTo(message, 1)));
  };
  await withUpstream({ udp }, async (asked) => {
    const answer = await asked(ask());
    assert.deepEqual(
      decode(answer ?? Buffer.alloc(0)).answers?.map((one) => one.type === 'A' && one.data),
      ['192.0.2.0'],
    );
  });
  stranger.close();
});

test('asks each question from another port and under another id, neither the client’s', async () => {
  const seen: { port: number; id: number }[] = [];
  const udp: Serve = (message, reply, { port }) => {
    seen.push({ port, id: message.readUInt16BE(0) });
    reply(answerTo(message, 1));
  };
  await withUpstream({ udp }, async (asked) => {
    for (let id = 0; id < 40; id += 1) assert.equal((await asked(ask({}, id)))?.readUInt16BE(0), id);
  });
  assert.ok(new Set(seen.map(({ port }) => port)).size > 30, 'ports');
  assert.ok(new Set(seen.map(({ id }) => id)).size > 30, 'ids');
  assert.ok(seen.filter(({ id }, i) => id === i).length < 3, 'ids are not passed on');
  const steps = new Set(seen.slice(1).map(({ id }, i) => id - (seen[i]?.id ?? 0)));
  assert.ok(steps.size > 30, 'ids do not count up');
});

test('fetches over TCP what upstream cut, and gives it whole to a client that takes so much', async () => {
  const udp: Serve = (message, reply) => reply(answerTo(message, 0, { flags: 0x0200 }));
  const tcp = (message: Buffer) => answerTo(message, 60);
  await withUpstream({ udp, tcp }, async (asked) => {
    const large = decode((await asked(ask(edns(4096)))) ?? Buffer.alloc(0));
    assert.deepEqual([large.answers?.length, large.flag_tc, large.id], [60, false, 7]);
    const small = decode((await asked(ask())) ?? Buffer.alloc(0));
    assert.deepEqual([small.answers?.length, small.flag_tc], [0, true]);
    const whole = decode((await asked(ask(), 'tcp')) ?? Buffer.alloc(0));
    assert.deepEqual([whole.answers?.length, whole.flag_tc], [60, false]);
  });
});

test('passes a cut answer on when TCP does not work', async () => {
  const udp: Serve = (message, reply) => reply(answerTo(message, 3, { flags: 0x0200 }));
  await withUpstream({ udp }, async (asked) => {
    const answer = decode((await asked(ask())) ?? Buffer.alloc(0));
    assert.deepEqual([answer.answers?.length, answer.flag_tc], [3, true]);
  });
});

test('cuts an answer that is larger than the client takes, though upstream did not', async () => {
  const udp: Serve = (message, reply) => reply(answerTo(message, 60));
  await withUpstream({ udp }, async (asked) => {
    const message = (await asked(ask())) ?? Buffer.alloc(0);
    const { flag_tc, answers, questions } = decode(message);
    assert.deepEqual([flag_tc, answers?.length, questions?.[0]?.name], [true, 0, NAME]);
    assert.equal(decode((await asked(ask(edns(4096)))) ?? message).answers?.length, 60);
  });
});

test('passes negative answers on as they are', async () => {
  const soa = { mname: 'ns.example.org', rname: 'root.example.org', serial: 5 };
  const authorities: Answer[] = [{ type: 'SOA', name: 'example.org', ttl: 60, data: soa }];
  for (const rcode of [3, 0]) {
    const negative = (message: Buffer) => answerTo(message, 0, { flags: rcode, authorities });
    await withUpstream({ udp: (message, reply) => reply(negative(message)) }, async (asked) => {
      assert.deepEqual(await asked(ask()), negative(ask()));
    });
  }
});

test('gives the question back in the letters it was asked in, though upstream folds them', async () => {
  const fold = (message: Buffer) => {
    const { id = 0 } = decode(message);
    return encode({ type: 'response', id, questions: [{ type: 'A', name: NAME.toLowerCase() }] });
  };
  await withUpstream({ udp: (message, reply) => reply(fold(message)), tcp: fold }, async (asked) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const answer = (await asked(ask(), transport)) ?? Buffer.alloc(0);
      assert.equal(decode(answer).questions?.[0]?.name, NAME, transport);
    }
  });
});
