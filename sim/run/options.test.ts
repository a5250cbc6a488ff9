import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from './options.ts';

test('one seed is one run, unless more are asked for', () => {
  assert.equal(readOptions([]).seeds, 300);
  assert.equal(readOptions(['--seed', '5']).seeds, 1);
  assert.equal(readOptions(['--seed', '5', '--seeds', '9']).seeds, 9);
});

test('numbers out of range, formats and options that are none are refused in words', () => {
  assert.throws(() => readOptions(['--members', '1']), /--members 1: a whole number from 2 to 300/);
  assert.throws(() => readOptions(['--seeds', '1e3']), /--seeds 1e3/);
  assert.throws(() => readOptions(['--output', 'yaml']), /text or json/);
  assert.throws(() => readOptions(['--sead', '1']), /--sead/);
});
