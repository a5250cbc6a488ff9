import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { join } from 'node:path';
import { errorsIn } from './generate-docs/collect-errors.ts';
import { bashCompletion } from './generate-docs/completion/bash.ts';
import { commandWords } from './generate-docs/completion/command-words.ts';
import { fishCompletion } from './generate-docs/completion/fish.ts';
import { zshCompletion } from './generate-docs/completion/zsh.ts';
import { roff } from './generate-docs/man-page.ts';
import { cell } from './generate-docs/markdown.ts';

const ROOMS = new Set(['kube', 'kernel']);
const found = (source: string) => errorsIn('a.ts', source, ROOMS);

test('an error’s code is found with its message and hint, values as names', () => {
  const source = "throw new SealaneError('kube/not-found', `get ${ref.name} of ${file}`, { hint: 'look again' });";
  assert.deepEqual(found(source), [
    { code: 'kube/not-found', file: 'a.ts', message: 'get <name> of <file>', hint: 'look again' },
  ]);
});

test('codes behind a helper, in a choice and in a table are found too', () => {
  const codes = (source: string) => found(source).map(({ code }) => code);
  assert.deepEqual(codes("checked(answer, 'kernel/attach', 'attach')"), ['kernel/attach']);
  assert.deepEqual(codes("kernelFault(full ? 'kernel/map-full' : 'kernel/map', what)"), [
    'kernel/map-full',
    'kernel/map',
  ]);
  assert.deepEqual(codes("const CODES = { 404: 'kube/not-found' };"), ['kube/not-found']);
});

test('a question for a code, an import and a path are no errors', () => {
  assert.deepEqual(found("isFault(error, 'kube/not-found'); load('kube/index'); f('other/room');"), []);
});

test('a cell of a table keeps what Markdown and HTML would take for theirs', () => {
  assert.equal(cell('a | <b> `<c>`<br>'), 'a \\| &lt;b> `<c>`<br>');
});

test('a manual page keeps what roff would take for its own', () => {
  assert.equal(roff(".SH no\n--a\\b\n'x"), "\\&.SH no\n\\-\\-a\\eb\n\\&'x");
});

test('bash completes commands, commands of commands, options and files', async () => {
  const script = await bashCompletion();
  const complete = (...words: string[]) => {
    const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
    const out = execFileSync('bash', ['-c', `${script}\n${line}\n_sealane; printf '%s\\n' "\${COMPREPLY[@]}"`], {
      encoding: 'utf8',
      cwd: join(import.meta.dirname, '..'),
    });
    return out.trim().split('\n');
  };
  assert.deepEqual(complete('sealane', 'sand'), ['sandbox']);
  assert.deepEqual(complete('sealane', 'sandbox', 'kube'), ['kubeconfig']);
  assert.deepEqual(complete('./sealane', 'bpf', 'stats', 'o'), ['on', 'off']);
  assert.deepEqual(complete('sealane', 'status', '--wait', '--kubeconfig', 'package.j'), ['package.json']);
  assert.ok(complete('sealane', 'agent', '--cluster', 'trace', '--g').includes('--gateway-address'));
});

test('zsh and fish know the words of every command that bash knows', async () => {
  const [zsh, fish, words] = await Promise.all([zshCompletion(), fishCompletion(), commandWords()]);
  assert.ok(words.size > 20);
  for (const [path, after] of words) {
    assert.ok(zsh.includes(`    "${path}") found=(${after.join(' ')}) ;;\n`), path);
    assert.ok(fish.includes(`    case '${path}'\n      printf '%s\\n' ${after.join(' ')}\n`), path);
  }
});
