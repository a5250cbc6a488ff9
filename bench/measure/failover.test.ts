import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './failover.ts';
import { type Observed, parseObserved } from './observed.ts';

const fault = { died: 1000, healed: 2200 };

function seen(kind: Observed['kind'], begun: number, connected: number, ended: number, errno = 0): Observed {
  return { kind, begun, connected, ended, errno, by: '10.4.0.1' };
}

test('a line of the load program is read, half of one is not', () => {
  const line = 'new 1000000 2500000 3000000 110 10.5.0.1';
  assert.deepEqual(parseObserved(line), {
    kind: 'new',
    begun: 1,
    connected: 2.5,
    ended: 3,
    errno: 110,
    by: '10.5.0.1',
  });
  assert.equal(parseObserved('new 1000000 250'), undefined);
  assert.equal(parseObserved(''), undefined);
});

test('the last connection given to the dead gateway says when new ones had recovered', () => {
  const all = [
    seen('new', 900, 901, 902),
    seen('new', 1010, 0, 1215, 110),
    seen('new', 1190, 0, 1400, 110),
    seen('new', 1195, 1196, 1197),
  ];
  const { recovered, inFlight, failedConnects, connects } = judge(all, [fault]);
  assert.deepEqual([recovered, inFlight, failedConnects, connects], [[190], [205, 210], 2, 4]);
});

test('nobody hit means that it recovered at once', () => {
  assert.deepEqual(judge([seen('new', 1010, 1011, 1012)], [fault]).recovered, [0]);
});

test('waiting begins with the death, or with the request if that came later', () => {
  const all = [seen('kept', 998, 0, 1420, 110), seen('kept', 1050, 0, 1460, 110), seen('new', 990, 995, 1400, 110)];
  assert.deepEqual(judge(all, [fault]).kept, [420, 410, 400]);
});

test('what was answered after all, but late, waited as well', () => {
  const { kept, recovered } = judge([seen('kept', 1050, 0, 2700), seen('new', 1100, 2300, 2301)], [fault]);
  assert.deepEqual([kept, recovered], [[1650], [100]]);
});

test('what ended before a death or began after the healing has nothing to do with it', () => {
  const { kept, inFlight } = judge([seen('kept', 700, 0, 950, 110), seen('new', 2300, 0, 2500, 110)], [fault]);
  assert.deepEqual([kept, inFlight], [[], []]);
});
