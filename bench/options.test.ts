import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '#kit/index.ts';
import { PARTS, readOptions } from './options.ts';

test('without options everything is measured, with --quick in few rounds', () => {
  assert.deepEqual(readOptions([]), { only: PARTS, rounds: 7, quick: false, json: false, report: false, help: false });
  assert.equal(readOptions(['--quick']).rounds, 2);
  assert.equal(readOptions(['--quick', '--rounds', '4']).rounds, 4);
  assert.deepEqual(readOptions(['--only', 'pods,scale']).only, ['pods', 'scale']);
});

for (const bad of [
  ['--only', 'everything'],
  ['--rounds', '0'],
  ['--rounds', '1e3'],
  ['--rounds', 'x'],
  ['--output', 'xml'],
  ['--fast'],
  ['file'],
])
  test(`${bad.join(' ')} is refused`, () => {
    assert.throws(
      () => readOptions(bad),
      (error) => isFault(error, 'bench/bad-option'),
    );
  });
