import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Compiles bpf/tests/fixtures/<name>.bpf.c. @returns the objects' paths, by name */
export function compileFixtures(...names: string[]): (name: string) => string {
  const out = mkdtempSync(join(tmpdir(), 'sealane-fixtures-'));
  process.once('exit', () => rmSync(out, { recursive: true }));
  const sources = names.map((name) => join(ROOT, 'bpf/tests/fixtures', `${name}.bpf.c`));
  execFileSync(join(ROOT, 'tools/build-bpf.sh'), sources, { env: { ...process.env, OUT: out }, stdio: 'pipe' });
  return (name) => join(out, `${name}.bpf.o`);
}
