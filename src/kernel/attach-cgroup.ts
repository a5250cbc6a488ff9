import { closeSync, statSync } from 'node:fs';
import { SealaneError } from '#kit/index.ts';
import { Command, call } from './bpf-call.ts';
import { Errno } from './errno.ts';
import { kernelFault } from './faults.ts';
import { establish, type Link } from './link.ts';
import type { Program } from './program.ts';
import { listCgroupPrograms, openCgroup } from './query-programs.ts';

export interface AttachOptions {
  /** Path in a BPF filesystem, usually `<pinDir>/links/<name>`. Without it the hook ends with the process. */
  readonly pin?: string;
}

/**
 * Attaches a cgroup program beside others (ALLOW_MULTI); a child cgroup's programs run before its parent's.
 * @param cgroup directory in a cgroup v2 filesystem
 * @throws SealaneError kernel/foreign-program when another program holds the hook for itself (named in the message),
 *   kernel/no-cgroup, kernel/attach
 */
export function attachCgroup(program: Program, cgroup: string, options: AttachOptions = {}): Link {
  const cgroupFd = openCgroup(cgroup);
  try {
    const id = statSync(cgroup, { bigint: true }).ino;
    return establish({
      kind: 'cgroup',
      program,
      subject: `cgroup ${cgroup}`,
      pin: options.pin,
      matches: (info) => info.cgroupId === id && info.attachType === program.attachType,
      create: () => call(Command.LinkCreate, program.fd, cgroupFd, program.attachType, 0),
      refused: (answer) => refusal(program, cgroup, answer),
    });
  } finally {
    closeSync(cgroupFd);
  }
}

function refusal(program: Program, cgroup: string, answer: number): Error {
  const what = `attach ${program.name} to cgroup ${cgroup}`;
  const others = answer === -Errno.EPERM ? listCgroupPrograms(cgroup, program.attachType) : [];
  if (others.length === 0) return kernelFault('kernel/attach', what, answer);
  const names = others.map(({ id, name }) => `${name} (program ${id})`).join(', ');
  return new SealaneError('kernel/foreign-program', `${what}: ${names} holds this hook for itself alone`, {
    hint: 'have it attach with BPF_F_ALLOW_MULTI, or choose another cgroup',
    fields: { cgroup, programs: others },
  });
}
