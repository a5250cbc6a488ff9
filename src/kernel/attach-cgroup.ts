import { closeSync, openSync, statSync } from 'node:fs';
import { SealaneError } from '#kit/index.ts';
import { Command, call, callInto } from './bpf-call.ts';
import { Errno } from './errno.ts';
import { checked, kernelFault } from './faults.ts';
import { establish, type Link } from './link.ts';
import { type Program, programInfo } from './program.ts';

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

export interface AttachedProgram {
  readonly id: number;
  readonly name: string;
}

/** Programs that run at a hook of a cgroup, inherited ones included, in the order they run. */
export function listCgroupPrograms(cgroup: string, attachType: number): readonly AttachedProgram[] {
  const BPF_F_QUERY_EFFECTIVE = 1;
  const ids = Buffer.alloc(64 * 4);
  const fd = openCgroup(cgroup);
  try {
    const { answer, attributes } = callInto(
      Command.ProgramQuery,
      fd,
      attachType,
      BPF_F_QUERY_EFFECTIVE,
      0,
      ids,
      ids.length / 4,
      0,
      0n,
    );
    checked(answer, 'kernel/query', `ask for the programs of cgroup ${cgroup}`);
    const count = attributes.readUInt32LE(24);
    return Array.from({ length: count }, (_, index) => attachedProgram(ids.readUInt32LE(index * 4)));
  } finally {
    closeSync(fd);
  }
}

function attachedProgram(id: number): AttachedProgram {
  const fd = call(Command.ProgramById, id);
  if (fd < 0) return { id, name: '(gone)' };
  try {
    return { id, name: programInfo(fd).name };
  } finally {
    closeSync(fd);
  }
}

function openCgroup(cgroup: string): number {
  try {
    return openSync(cgroup, 'r');
  } catch (cause) {
    throw new SealaneError('kernel/no-cgroup', `attach to cgroup ${cgroup}`, { cause });
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
