/**
 * Writes src/kernel/generated/*.ts from the type information of dist/bpf/*.o, so that the kernel's half and ours agree.
 *   node tools/generate-kernel.ts [--check]     --check writes nothing and fails on a difference
 * Reads the room's files rather than its door, because the door needs what is written here.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CSource } from './generate-kernel/c-source.ts';
import { enumsFile } from './generate-kernel/enums-file.ts';
import { objectsFile } from './generate-kernel/objects-file.ts';
import { structsFile } from './generate-kernel/structs-file.ts';
import { tablesFile } from './generate-kernel/tables-file.ts';
import { type ObjectContents, inspectObject } from '../src/kernel/inspect-object.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function generate(objects: ReadonlyMap<string, ObjectContents>, source: CSource): Map<string, string> {
  return new Map([
    ['structs.ts', structsFile(objects, source)],
    ['enums.ts', enumsFile(objects, source)],
    ['tables.ts', tablesFile(objects)],
    ['objects.ts', objectsFile(objects, readHeads())],
  ]);
}

function readObjects(directory: string): Map<string, ObjectContents> {
  const sources = readdirSync(join(root, 'bpf')).filter((name) => name.endsWith('.bpf.c'));
  const names = sources.map((name) => name.replace(/\.c$/, '.o')).sort();
  return new Map(names.map((name) => [name, inspectObject(join(directory, name))]));
}

/** What the sources say of themselves, by name of the object. */
function readHeads(): Map<string, string> {
  const sources = readdirSync(join(root, 'bpf')).filter((name) => name.endsWith('.bpf.c'));
  return new Map(sources.map((name) => [name.replace(/\.c$/, '.o'), headOf(name)]));
}

/** One that only includes what both families share says nothing itself: the last of its headers does. */
function headOf(name: string): string {
  const text = readFileSync(join(root, 'bpf', name), 'utf8');
  const own = new CSource(text).head();
  const last = [...text.matchAll(/^#include "(.+)"/gm)].at(-1)?.[1];
  return own || last === undefined ? own : new CSource(readFileSync(join(root, 'bpf', last), 'utf8')).head();
}

function readSource(): CSource {
  const include = join(root, 'bpf/include');
  const files = readdirSync(include)
    .filter((name) => name.endsWith('.h'))
    .sort();
  return new CSource(files.map((name) => readFileSync(join(include, name), 'utf8')).join('\n'));
}

function existing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const check = process.argv.includes('--check');
const target = join(root, 'src/kernel/generated');
const files = generate(readObjects(join(root, 'dist/bpf')), readSource());
const stale = [...files].filter(([name, text]) => existing(join(target, name)) !== text);

mkdirSync(target, { recursive: true });
for (const [name, text] of stale) if (!check) writeFileSync(join(target, name), text);
if (check && stale.length > 0) {
  const names = stale.map(([name]) => `src/kernel/generated/${name}`).join(', ');
  console.error(`generate-kernel: ${names} differ from bpf/: run tools/generate-kernel.ts and commit the result`);
  process.exitCode = 1;
} else {
  console.log(`generate-kernel: ${files.size} files, ${stale.length} ${check ? 'stale' : 'written'}`);
}
