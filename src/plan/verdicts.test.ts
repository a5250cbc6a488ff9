import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agreed, allDown, readVerdicts, type Verdict, type Verdicts } from './verdicts.ts';

const of = (verdict: Verdict): Verdicts => ({ east: { '192.0.2.1': verdict } });
const said = (verdicts: Verdicts) => verdicts['east']?.['192.0.2.1'];

test('any that says up wins, who does not know has no say', () => {
  assert.equal(said(agreed([of('down'), of('up')], of('down'))), 'up');
  assert.equal(said(agreed([of('down'), of('unknown')], of('up'))), 'down');
  assert.equal(said(agreed([of('down'), {}], of('up'))), 'down');
});

test('where nobody knows, or nobody is there, it stays as it was', () => {
  for (const before of ['up', 'down', 'unknown'] as const) {
    assert.equal(said(agreed([of('unknown'), of('unknown')], of(before))), before);
    assert.equal(said(agreed([], of(before))), before);
  }
  assert.equal(said(agreed([of('unknown')], {})), 'unknown');
});

test('what nobody asks any more is forgotten', () => {
  assert.deepEqual(agreed([{ west: { '192.0.2.9': 'up' } }], of('down')), { west: { '192.0.2.9': 'up' } });
});

test('the order of votes does not matter, and agreeing again changes nothing', () => {
  const verdict = fc.constantFrom<Verdict>('up', 'down', 'unknown');
  const vote = fc.dictionary(fc.constantFrom('a', 'b'), fc.dictionary(fc.constantFrom('1', '2'), verdict));
  fc.assert(
    fc.property(fc.array(vote, { maxLength: 4 }), vote, (votes, before) => {
      const once = agreed(votes, before);
      assert.deepEqual(agreed(votes.toReversed(), before), once);
      assert.deepEqual(agreed(votes, once), once);
    }),
  );
});

test('a member is down when every address of its gateways is, and not while one is unknown', () => {
  const gateways = [{ address: '192.0.2.1' }, { address: '192.0.2.2' }];
  const down = (second: Verdict) => allDown({ east: { '192.0.2.1': 'down', '192.0.2.2': second } }, 'east', gateways);
  assert.deepEqual([down('down'), down('up'), down('unknown')], [true, false, false]);
  assert.equal(allDown(of('down'), 'east', gateways), false, 'nobody asked the other');
  assert.equal(allDown(of('down'), 'east', []), false);
});

test('what others wrote is read as far as it makes sense', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void readVerdicts(value)));
  assert.deepEqual(readVerdicts({ east: { a: 'up', b: 'sideways' }, west: 7 }), { east: { a: 'up' }, west: {} });
});
