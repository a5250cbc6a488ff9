/** A command beside a container's own: in its namespaces, in its cgroup, with its environment. */
import { type RunningProcess, startProcess } from '#host/index.ts';
import { quoted } from './launchers.ts';

export interface ExecTarget {
  readonly pid: number;
  readonly cgroup: string;
  readonly env: Readonly<Record<string, string>>;
}

/** @param tty through `script`, which gives it a terminal */
export function execInContainer(
  { pid, cgroup, env }: ExecTarget,
  command: readonly string[],
  tty = false,
): Promise<RunningProcess> {
  const inside = tty ? ['script', '-qefc', command.map(quoted).join(' '), '/dev/null'] : command;
  return startProcess({
    command: 'nsenter',
    args: ['--target', String(pid), '--net', '--mount', '--uts', '--', ...inside],
    cgroup,
    env: { ...env, ...(tty ? { TERM: 'xterm' } : {}) },
    directory: '/',
  });
}
