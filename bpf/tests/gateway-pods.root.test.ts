/** Pods that fail behind a gateway: their callers are given another, and new ones do not meet them. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { decode, encode, Flag } from './gateway-packets.ts';
import { CALLER, createStand, GATEWAY, localPod, type LaneSpec, type Outcome, type Stand } from './gateway-stand.ts';

const { SYN, ACK, RST } = Flag;
const ISN = 7000;
const PORT = 10_001;
const [ONE, TWO] = [localPod(1), localPod(2)];
const lane = (...pods: readonly string[]): LaneSpec => ({ port: PORT, pods: pods.map((address) => ({ address })) });

describe('a pod behind the gateway', () => {
  let stand: Stand;
  let sport = 20_000;
  before(async () => {
    stand = await createStand();
  });
  after(() => stand.close());
  beforeEach(() => {
    stand.reset([lane(ONE, TWO)]);
    stand.clear('health');
    sport++;
  });

  const caller = () => ({ proto: 'tcp', src: CALLER, sport, dst: GATEWAY, dport: PORT, seq: 1000 }) as const;
  const call = (flags: number = SYN, more = {}): Outcome => stand.send(encode({ ...caller(), flags, ...more }));
  const pod = ({ frame }: Outcome): string => decode(frame).dst;

  /** What the pod that was met sends back. */
  function answer(met: Outcome, flags: number): Outcome {
    const { src, dst, sport: from, dport } = decode(met.frame);
    const back = { proto: 'tcp', src: dst, sport: dport, dst: src, dport: from, flags, seq: ISN, ack: 1001 } as const;
    return stand.send(encode(back), { device: 'pods0' });
  }

  /** A SYN whose first copy stayed without an answer for a second. */
  function callAgain(): Outcome {
    stand.age(1);
    return call();
  }

  test('that does not answer loses its caller to another with the next SYN', () => {
    const first = call();
    const { result, refused } = stand.refusedBy(callAgain);
    assert.notEqual(pod(result), pod(first));
    assert.equal(result.verdict, 'redirect');
    assert.deepEqual(refused, { PodFailed: 1 });
    assert.equal(pod(callAgain()), pod(first), 'and back, when that one does not answer either');
  });

  test('keeps its caller when the network sends a SYN twice', () => {
    assert.equal(pod(call()), pod(call()));
  });

  test('keeps its caller once it has answered, though the answer was lost', () => {
    const first = call();
    answer(first, SYN | ACK);
    assert.equal(pod(callAgain()), pod(first));
  });

  test('keeps its caller where there is no other', () => {
    stand.reset([lane(ONE)]);
    call();
    const { result, refused } = stand.refusedBy(callAgain);
    assert.equal(pod(result), ONE);
    assert.deepEqual(refused, {});
  });

  test('that refuses loses its caller, who is not told, to another with the next SYN', () => {
    const first = call();
    const { result, refused } = stand.refusedBy(() => answer(first, RST | ACK));
    assert.equal(result.verdict, 'drop');
    assert.deepEqual(refused, { PodFailed: 1 });
    assert.notEqual(pod(call()), pod(first));
  });

  test('that refuses is heard by the caller where there is no other', () => {
    stand.reset([lane(ONE)]);
    const { verdict, frame } = answer(call(), RST | ACK);
    assert.equal(verdict, 'redirect');
    assert.deepEqual(decode(frame).dst, CALLER);
  });

  test('that resets a connection it had taken is heard', () => {
    const first = call();
    answer(first, SYN | ACK);
    call(ACK, { seq: 1001, ack: ISN + 1 });
    assert.equal(answer(first, RST | ACK).verdict, 'redirect');
  });

  /** Calls that refuse until the pod has refused so often. */
  function refuse(address: string, times: number): void {
    for (let refused = 0; refused < times; sport++) {
      const met = call();
      if (pod(met) !== address) continue;
      answer(met, RST | ACK);
      refused++;
    }
  }

  const met = (calls = 40): Set<string> =>
    new Set(
      Array.from({ length: calls }, () => {
        sport++;
        return pod(call());
      }),
    );

  test('that fails three times in a row is not met by new callers', () => {
    refuse(ONE, 2);
    assert.deepEqual(met(), new Set([ONE, TWO]));
    refuse(ONE, 1);
    assert.deepEqual(met(), new Set([TWO]));
  });

  test('that succeeds between its failures is met on and on', () => {
    for (let round = 0; round < 3; round++) {
      refuse(ONE, 2);
      for (let heard = false; !heard; sport++) {
        const first = call();
        answer(first, SYN | ACK);
        call(ACK, { seq: 1001, ack: ISN + 1 });
        heard = pod(first) === ONE;
      }
    }
    assert.deepEqual(met(), new Set([ONE, TWO]));
  });

  test('that failed is met where all have failed', () => {
    refuse(ONE, 3);
    refuse(TWO, 1);
    const verdicts = Array.from({ length: 3 }, () => {
      sport++;
      return answer(call(), RST | ACK).verdict;
    });
    assert.ok(verdicts.includes('redirect'), 'the last one is heard');
    assert.ok(met().size > 0);
  });
});
