/** A process by id and start time: an id alone is given to another process sooner or later. */
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, as /proc/<pid>/stat says it. */
  readonly startTime: string;
}

/** @returns undefined when there is no such process, or only its remains (a zombie) */
export function startTimeOf(pid: number): string | undefined {
  const fields = statOf(pid);
  // The name may hold spaces and brackets, so fields count from behind it: state is 3rd, start time is 22nd.
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startTime;
}

/** Stop and continue are SIGSTOP and SIGCONT. @returns false when the process is gone */
export function signalProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  { group = false }: { group?: boolean } = {},
): boolean {
  if (!group && !isRunning(identity)) return false;
  // The leader may be dead while its group lives on; a group's id is not reused as long as it has a member.
  if (group && !isRunning(identity) && startTimeOf(identity.pid) !== undefined) return false;
  try {
    return process.kill(group ? -identity.pid : identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // gone
  }
}
