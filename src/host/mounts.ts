/** What is mounted where, from /proc/self/mountinfo. */
import { mkdirSync, readFileSync } from 'node:fs';
import { SealaneError } from '#kit/index.ts';
import { run } from './command.ts';

export interface Mount {
  readonly target: string;
  readonly type: string;
  readonly source: string;
}

export function listMounts(): Mount[] {
  return parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** `36 35 98:0 /root /mnt rw,noatime master:1 - ext3 /dev/root rw`; blanks are octal escapes. */
export function parseMountInfo(text: string): Mount[] {
  return text
    .split('\n')
    .map((line) => line.split(' '))
    .filter((words) => words.includes('-'))
    .map((words) => {
      const [type = '', source = ''] = words.slice(words.indexOf('-') + 1);
      return { target: unescapeBlanks(words[4] ?? ''), type, source: unescapeBlanks(source) };
    });
}

/** Where cgroup v2 is mounted: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside v1. @throws `host/no-cgroup2` */
export function cgroup2Mount(mounts: readonly Mount[] = listMounts()): string {
  const found = mounts.find(({ type }) => type === 'cgroup2');
  if (found) return found.target;
  throw new SealaneError('host/no-cgroup2', 'find the cgroup v2 hierarchy: not mounted', {
    hint: 'mount -t cgroup2 none /sys/fs/cgroup/unified',
  });
}

export const BPF_FOLDER = '/sys/fs/bpf';

/** Mounts the BPF file system if nothing did so yet. @throws `host/command-failed` */
export async function ensureBpfFileSystem(): Promise<string> {
  const mounted = listMounts().find(({ type, target }) => type === 'bpf' && target === BPF_FOLDER);
  if (mounted) return mounted.target;
  mkdirSync(BPF_FOLDER, { recursive: true });
  await run('mount', ['-t', 'bpf', 'bpf', BPF_FOLDER]);
  return BPF_FOLDER;
}

function unescapeBlanks(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
