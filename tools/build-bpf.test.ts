import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('build-bpf.sh', import.meta.url));
const GOOD = '#include <linux/bpf.h>\n__attribute__((section("tc"))) int x(struct __sk_buff *s) { return 0; }\n';

const made: string[] = [];
after(() => {
  for (const path of made) rmSync(path, { recursive: true });
});

function scratch(text: string): { directory: string; source: string; object: string } {
  const directory = mkdtempSync(join(tmpdir(), 'sealane-build-'));
  made.push(directory);
  const source = join(directory, 'x.bpf.c');
  writeFileSync(source, text);
  return { directory, source, object: join(directory, 'out/x.bpf.o') };
}

function build(source: string, environment: Record<string, string> = {}) {
  const env = { ...process.env, OUT: join(source, '../out'), ...environment };
  return spawnSync(BUILD, [source], { env, encoding: 'utf8' });
}

test('an object is compiled once, and again when its source is newer', () => {
  const { source, object } = scratch(GOOD);
  assert.match(build(source).stdout, /1 of 1 objects compiled/);
  assert.match(build(source).stdout, /0 of 1 objects compiled/);
  const later = new Date(statSync(object).mtimeMs + 2000);
  utimesSync(source, later, later);
  assert.match(build(source).stdout, /1 of 1 objects compiled/);
});

test('a source that clang refuses gives an error and leaves the old object whole', () => {
  const { directory, source, object } = scratch(GOOD);
  build(source);
  const old = readFileSync(object);
  writeFileSync(source, 'int x(');
  const later = new Date(Date.now() + 5000);
  utimesSync(source, later, later);
  const { status, stderr } = build(source);
  assert.equal(status, 1);
  assert.match(stderr, /error: expected/);
  assert.match(stderr, /build-bpf: compile .*x\.bpf\.c: clang failed/);
  assert.deepEqual(readFileSync(object), old);
  assert.deepEqual(readdirSync(join(directory, 'out')), ['x.bpf.o']);
});

test('a clang that dies half-way leaves nothing behind', () => {
  const { directory, source, object } = scratch(GOOD);
  const clang = join(directory, 'clang');
  writeFileSync(clang, '#!/bin/sh\nfor last; do :; done\necho half > "$last"\nexit 1\n', { mode: 0o755 });
  assert.equal(build(source, { CLANG: clang }).status, 1);
  assert.equal(existsSync(object), false);
  assert.deepEqual(readdirSync(join(directory, 'out')), []);
});

test('a missing clang is named, with what to install', () => {
  const { stderr } = build(scratch(GOOD).source, { CLANG: 'clang-nosuch' });
  assert.match(stderr, /find clang-nosuch: not installed \(apt-get install clang llvm\)/);
});
