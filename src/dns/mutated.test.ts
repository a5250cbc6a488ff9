/** Packets with bytes changed at random, through everything that a packet meets. SEALANE_PACKETS and SEALANE_SEED choose others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, type Packet } from 'dns-packet';
import { dnsView } from '#plan/index.ts';
import { systemClock } from '#kit/index.ts';
import { answerMessage, type Answering } from './answer-message.ts';
import { reverseName } from './reverse.ts';
import { answerFor, isAnswerTo, isServerFailure, isTruncated, truncated } from './wire/same-question.ts';
import { createZone } from './zone.ts';

const PACKETS = Number(process.env['SEALANE_PACKETS'] ?? 200_000);
const SEED = Number(process.env['SEALANE_SEED'] ?? 20_260_101);
const NAME = 'httpbin.demo.svc.clusterset.local';
const ports = [{ name: 'http', port: 8080 }];
const zone = createZone(
  dnsView({
    imports: [
      {
        namespace: 'demo',
        name: 'httpbin',
        type: 'ClusterSetIP',
        ips: ['240.10.1.1', '240.10.1.2', 'fd00:240::1'],
        ports,
      },
    ],
  }),
);

const ask = (name: string, type: 'A' | 'AAAA' | 'PTR' | 'SRV' | 'TXT', more: Partial<Packet> = {}) =>
  encode({ type: 'query', id: 7, flags: 0x0100, questions: [{ type, name }], ...more });
const edns = {
  additionals: [
    { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [{ code: 3, data: Buffer.from('x') }] },
  ],
} as unknown as Partial<Packet>;
const questions = [
  ask(NAME, 'A'),
  ask(NAME, 'AAAA', edns),
  ask(reverseName('fd00:240::1'), 'PTR'),
  ask(`_http._tcp.${NAME}`, 'SRV', edns),
  ask('dns-version.clusterset.local', 'TXT', edns),
];
const answers = [
  encode({
    type: 'response',
    id: 7,
    questions: [{ type: 'A', name: NAME }],
    answers: [
      { type: 'A', name: NAME, data: '192.0.2.1' },
      { type: 'AAAA', name: NAME, data: '2001:db8::1' },
    ],
  }),
];

/** Numerical Recipes' generator: the same packets on every machine. */
function generator(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function mutated(seeds: readonly Buffer[], below: (limit: number) => number): Buffer {
  const message = Buffer.from(seeds[below(seeds.length)] ?? '');
  for (let n = below(4); n >= 0; n -= 1) message[below(message.length)] = below(256);
  return below(4) === 0 ? message.subarray(0, below(message.length)) : message;
}

test(`answers ${PACKETS} mutated questions with whole messages, or not at all`, () => {
  const below = generator(SEED);
  const counts = { answered: 0, forwarded: 0, failed: 0, garbage: 0 };
  const forwarder = { ask: () => Promise.resolve(Buffer.alloc(0)) };
  const answering: Answering = {
    zone: () => zone,
    forwarder,
    random: () => below(1000) / 1000,
    counts,
    clock: systemClock,
    onAnswer: () => {},
  };
  for (let i = 0; i < PACKETS; i += 1) {
    const reply = answerMessage(mutated(questions, below), below(2) ? 'udp' : 'tcp', answering);
    if (reply && !(reply instanceof Promise) && i % 20 === 0) assert.equal(decode(reply).type, 'response');
  }
  const { answered, forwarded, garbage } = counts;
  assert.equal(answered + forwarded + garbage <= PACKETS, true);
  assert.ok(Math.min(answered, forwarded, garbage) > PACKETS / 100, `a one-sided corpus: ${JSON.stringify(counts)}`);
});

test(`reads ${PACKETS} mutated answers from upstream`, () => {
  const below = generator(SEED + 1);
  const query = questions[0] ?? Buffer.alloc(0);
  let taken = 0;
  for (let i = 0; i < PACKETS; i += 1) {
    const answer = mutated(answers, below);
    if (!isAnswerTo(query, answer)) continue;
    taken += 1;
    const copy = answerFor(query, answer);
    assert.ok(copy.length === answer.length && truncated(copy).length <= copy.length);
    assert.equal(typeof (isServerFailure(copy) || isTruncated(copy)), 'boolean');
  }
  assert.ok(taken > PACKETS / 100 && taken < PACKETS, `taken: ${taken}`);
});
