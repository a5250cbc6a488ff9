/** This checkout as its next version might be: a table of the agent's laid out anew, one of the kernel's with a field in spare bytes. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '#host/index.ts';

const root = join(import.meta.dirname, '..');
const PARTS = ['src', 'sandbox', 'bpf', 'tools', 'package.json', 'tsconfig.json', 'LICENSE'];

/** Each stands in its file exactly once. */
const CHANGES = [
  {
    what: 'a config table has a field more, before the others',
    file: 'bpf/include/tables.h',
    was: 'struct backend {\n',
    becomes: 'struct backend {\n\t__u32 novelty;\n\t__u32 another;\n',
  },
  {
    what: 'a lane pod has one more, behind',
    file: 'bpf/include/lanes.h',
    was: '\t__u32 spare;\n};\nLANE_ARRAY(lane_pods',
    becomes: '\t__u32 spare;\n\t__u32 novelty;\n\t__u32 another;\n};\nLANE_ARRAY(lane_pods',
  },
  {
    what: 'what a socket was given has one in bytes to spare',
    file: 'bpf/include/sockets.h',
    was: '\t__u8 pad;\n\t__u8 spare[48];\n};\n',
    becomes: '\t__u8 pad;\n\t__u64 novelty;\n\t__u8 spare[40];\n};\n',
  },
] as const;

/** @returns its bundle; the folder above `dist` is the caller's to remove */
export async function newerBuild(): Promise<{ root: string; bundle: string }> {
  const copy = mkdtempSync(join(tmpdir(), 'sealane-newer-'));
  for (const part of PARTS) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, was, becomes } of CHANGES) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    assert.equal(text.split(was).length, 2, `${file} must hold this exactly once: ${was}`);
    writeFileSync(path, text.replace(was, becomes));
  }
  await run('sh', [join(copy, 'tools/build-bpf.sh')], { timeoutMs: 150_000 });
  for (const tool of ['generate-kernel.ts', 'build.ts'])
    await run(process.execPath, [join(copy, 'tools', tool)], { timeoutMs: 60_000 });
  return { root: copy, bundle: join(copy, 'dist/sealane.mjs') };
}
