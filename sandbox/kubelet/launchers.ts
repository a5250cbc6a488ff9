/** Programs that pods find in their PATH behind the machine's own: `pod-tool`, and a `curl` for machines without one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const POD_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A stand-in is small: its heap is kept so too. */
const NODE_OPTIONS = ['--max-semi-space-size=2', '--max-old-space-size=32'];

export function defaultPodTool(): readonly string[] {
  return [process.execPath, ...NODE_OPTIONS, process.argv[1] ?? '', 'pod-tool'];
}

/** @returns the folder */
export function writeLaunchers(stateDir: string, podTool: readonly string[]): string {
  const folder = join(stateDir, 'bin');
  mkdirSync(folder, { recursive: true });
  const command = podTool.map(quoted).join(' ');
  writeFileSync(join(folder, 'pod-tool'), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'curl'), `#!/bin/sh\nexec ${command} curl "$@"\n`, { mode: 0o755 });
  return folder;
}

export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
