/** Tests that cannot fail prove nothing: bugs are planted in a copy of the source, and each must be caught by the test that is named. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PLANTED_BUGS, type PlantedBug } from './bugs.ts';

const root = join(import.meta.dirname, '../..');
let copy = '';

before(() => {
  copy = mkdtempSync(join(tmpdir(), 'sealane-planted-'));
  for (const part of ['src', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  for (const part of ['node_modules', 'dist', 'bpf']) symlinkSync(join(root, part), join(copy, part));
});
after(() => rmSync(copy, { recursive: true }));

test('there are ten, each in a place of its own', () => {
  assert.ok(PLANTED_BUGS.length >= 10);
  assert.equal(new Set(PLANTED_BUGS.map(({ file, was }) => file + was)).size, PLANTED_BUGS.length);
});

for (const bug of PLANTED_BUGS) {
  test(`is caught: ${bug.what}`, async () => {
    const path = join(copy, bug.file);
    const sound = readFileSync(path, 'utf8');
    assert.equal(sound.split(bug.was).length, 2, `${bug.file} must hold this exactly once: ${bug.was}`);
    assert.match(await verdict(bug), /^ℹ pass 1$/m, `"${bug.test.name}" must pass without the bug`);
    writeFileSync(
      path,
      sound.replace(bug.was, () => bug.becomes),
    );
    try {
      const said = await verdict(bug);
      assert.match(said, /^ℹ fail 1$/m, `"${bug.test.name}" did not notice`);
      assert.ok(said.includes(`✖ ${bug.test.name}`), said.slice(-2_000));
    } finally {
      writeFileSync(path, sound);
    }
  });
}

/** What the one test that is named says in the copy. */
function verdict({ test: { file, name } }: PlantedBug): Promise<string> {
  const pattern = `/^${name.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)}$/`;
  const args = ['--test', '--test-isolation=none', '--test-reporter=spec', `--test-name-pattern=${pattern}`, file];
  const env = {
    ...process.env,
    NODE_TEST_CONTEXT: undefined,
    SEALANE_TEST_REFUSALS: undefined,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: copy, env }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}
