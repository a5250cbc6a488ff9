import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const checks = {
  format: 'every file has the one format',
  lint: 'the type-aware lint finds nothing',
  rooms: 'every room imports only what it may, and the check refuses a bad fixture',
  types: 'the types agree',
  generated: 'generated files are up to date',
};

for (const [name, fact] of Object.entries(checks)) {
  test(fact, async () => {
    const { code, text } = await check(name);
    assert.equal(code, 0, text);
  });
}

test('a check that there is not is refused', async () => {
  assert.deepEqual(await check('lnit'), {
    code: 2,
    text: 'check: "lnit" is none of format, lint, rooms, types, generated\n',
  });
});

function check(name: string): Promise<{ code: unknown; text: string }> {
  return new Promise((resolve) => {
    execFile('sh', [join(import.meta.dirname, 'check.sh'), name], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, text: stdout + stderr }),
    );
  });
}
