/** Runs after `pure.test.ts`, which measures; near the end by its name, so that it is printed there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Coverage, type Share, sumOf } from './coverage.ts';

const file = process.env['SEALANE_TEST_COVERAGE'];
const skip = file === undefined && 'only among all tests, as tools/test.sh starts it';

test('what the pure tests cover is printed, by room', { skip }, (t) => {
  const rooms = JSON.parse(readFileSync(file ?? '', 'utf8')) as [room: string, Coverage][];
  const all = sumOf(rooms.map(([, coverage]) => coverage));
  assert.ok(all.lines.all > 10_000 && all.lines.ran > all.lines.all / 2, 'measured, and of the whole product');
  t.diagnostic('coverage of the pure tests, without what they start and without tests that need root;');
  t.diagnostic('lines: of every file; branches and functions: of the files that were loaded');
  t.diagnostic(line('', 'lines', 'branches', 'functions'));
  for (const [room, { lines, branches, functions }] of [...rooms, ['all', all] as const])
    t.diagnostic(line(room, percent(lines), percent(branches), percent(functions)));
});

function percent({ ran, all }: Share): string {
  return all === 0 ? '-' : `${((100 * ran) / all).toFixed(1)} %`;
}

function line(room: string, ...numbers: string[]): string {
  return room.padEnd(22) + numbers.map((number) => number.padStart(10)).join('');
}
