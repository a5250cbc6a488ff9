import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { CONDITION_WORDS, EVENT_WORDS } from '#api/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = globSync('{member,plan,compat}/**/*.ts', { cwd: root }).filter((file) => !file.includes('.test.'));
const types: readonly Record<string, string>[] = Object.values(CONDITION_WORDS).flatMap((kind) => Object.values(kind));
const known = new Set(types.flatMap((reasons) => Object.keys(reasons)));

test('every reason that is written in a condition or an Event is explained', () => {
  const used = sources.flatMap((file) =>
    [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/\breason: '([A-Za-z]+)'|pending\('([A-Za-z]+)'/g)].map(
      (hit) => ({
        file,
        reason: hit[1] ?? hit[2] ?? '',
      }),
    ),
  );
  assert.ok(used.length > 30, `saw ${used.length} reasons only`);
  assert.deepEqual(
    used.filter(({ reason }) => !known.has(reason) && !(reason in EVENT_WORDS)),
    [],
  );
});

test('every explained reason is written somewhere', () => {
  const text = sources.map((file) => readFileSync(`${root}/${file}`, 'utf8')).join('\n');
  assert.deepEqual(
    [...known].filter((reason) => !text.includes(`'${reason}'`)),
    [],
  );
});
