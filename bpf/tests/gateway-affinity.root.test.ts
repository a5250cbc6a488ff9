import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decode, encode } from './gateway-packets.ts';
import { createStand, GATEWAY, localPod, type PodSpec, type Stand } from './gateway-stand.ts';

const PODS = 20;
const callers = Array.from({ length: 200 }, (_, n) => GATEWAY.replace(/11$/, `${n + 30}`));
const pods = Array.from({ length: PODS }, (_, n): PodSpec => ({ address: localPod(n) }));

describe('a lane that keeps its callers', () => {
  let stand: Stand;
  before(async () => {
    stand = await createStand();
  });
  after(() => stand.close());

  /** The pod that each caller is given by a connection of its own, from an empty table of flows. */
  function podsMet(among: readonly PodSpec[], keepsCallers = true, sport = 20_000): string[] {
    stand.reset([{ port: 10_001, keepsCallers, pods: among }]);
    return callers.map(
      (src) => decode(stand.send(encode({ proto: 'tcp', src, sport, dst: GATEWAY, dport: 10_001 })).frame).dst,
    );
  }

  test('gives a caller the same pod at every call, from whatever port', () => {
    assert.deepEqual(podsMet(pods, true, 20_000), podsMet(pods, true, 29_999));
  });

  test('spreads its callers over all pods', () => {
    assert.equal(new Set(podsMet(pods)).size, PODS);
  });

  test('gives a caller the same pod in whatever order the pods stand', () => {
    assert.deepEqual(podsMet(pods), podsMet(pods.toReversed()));
  });

  test('moves the callers of a pod that goes, and nobody else', () => {
    const met = podsMet(pods);
    const gone = localPod(7);
    const now = podsMet(pods.map((pod) => (pod.address === gone ? { ...pod, is: 'gone' } : pod)));
    const moved = callers.filter((_, i) => met[i] !== now[i]);
    assert.deepEqual(
      moved,
      callers.filter((_, i) => met[i] === gone),
    );
    assert.ok(moved.length > 0 && !now.includes(gone));
  });

  test('lets a pod that comes take a part of the callers, and moves nobody between the others', () => {
    const fewer = pods.slice(1);
    const [met, now] = [podsMet(fewer), podsMet(pods)];
    const moved = callers.flatMap((_, i) => (met[i] === now[i] ? [] : [now[i]]));
    assert.deepEqual([...new Set(moved)], [localPod(0)]);
  });

  test('takes a last resort only where no pod is ready', () => {
    const weak = pods.map((pod, i): PodSpec => (i === 3 ? pod : { ...pod, is: 'last resort' }));
    assert.deepEqual([...new Set(podsMet(weak))], [localPod(3)]);
    const none = weak.map((pod, i): PodSpec => (i === 3 ? { ...pod, is: 'gone' } : pod));
    assert.equal(new Set(podsMet(none)).size, PODS - 1);
  });

  test('is not what other lanes do: those draw a pod for each call', () => {
    assert.notDeepEqual(podsMet(pods, false, 20_000), podsMet(pods, false, 29_999));
  });
});
