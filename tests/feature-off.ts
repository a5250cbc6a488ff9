/** A program of the kernel with one of its features taken out: what a scenario shows must fail without it. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '#host/index.ts';
import type { IslandSet } from './island-set.ts';

export interface Feature {
  /** As `sealane bpf swap` calls it. */
  readonly program: string;
  /** Below bpf/. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly was: string;
  readonly becomes: string;
}

const root = join(import.meta.dirname, '..');

/** Swaps the crippled program in on every node whose pins contain `within`, and the sound one back at the end. */
export async function withoutFeature(
  set: IslandSet,
  feature: Feature,
  within: string,
  act: () => Promise<void>,
): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'sealane-off-'));
  const swap = async (...how: string[]) => {
    const done = await set.sealane('bpf', 'swap', feature.program, ...how, '--name', `${set.name}/${within}`);
    assert.equal(done.code, 0, done.stderr);
  };
  try {
    await swap('--object', await compileWithout(feature, copy));
    await act();
    await swap('--back');
  } finally {
    rmSync(copy, { recursive: true });
  }
}

async function compileWithout({ program, file, was, becomes }: Feature, copy: string): Promise<string> {
  cpSync(join(root, 'bpf'), join(copy, 'bpf'), { recursive: true });
  cpSync(join(root, 'tools/build-bpf.sh'), join(copy, 'tools/build-bpf.sh'));
  const path = join(copy, 'bpf', file);
  const sound = readFileSync(path, 'utf8');
  assert.equal(sound.split(was).length, 2, `${file} must hold this exactly once: ${was}`);
  writeFileSync(
    path,
    sound.replace(was, () => becomes),
  );
  await run('sh', [join(copy, 'tools/build-bpf.sh'), join(copy, 'bpf', `${program}.bpf.c`)]);
  return join(copy, 'dist/bpf', `${program}.bpf.o`);
}
