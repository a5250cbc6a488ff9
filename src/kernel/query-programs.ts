/** Which programs run at a hook, ours and anybody's, in the order they run. */
import { closeSync, openSync } from 'node:fs';
import { SealaneError } from '#kit/index.ts';
import { Command, call, callInto } from './bpf-call.ts';
import { checked } from './faults.ts';
import { type ProgramInfo, programInfo, programMaps } from './program.ts';

export interface AttachedProgram {
  readonly id: number;
  readonly name: string;
}

const MOST = 64;
const BPF_F_QUERY_EFFECTIVE = 1;
export const TCX_INGRESS = 46;

/** Inherited ones included. @throws SealaneError kernel/no-cgroup, kernel/query */
export function listCgroupPrograms(cgroup: string, attachType: number): readonly AttachedProgram[] {
  const fd = openCgroup(cgroup);
  try {
    return query(fd, attachType, BPF_F_QUERY_EFFECTIVE, `cgroup ${cgroup}`);
  } finally {
    closeSync(fd);
  }
}

/**
 * Those attached as tcx links; filters of clsact run after them and are not seen here (`filterProgram`).
 * @param ifindex of a device of the current network namespace
 * @throws SealaneError kernel/query where there is no such device
 */
export function listDevicePrograms(ifindex: number, attachType: number = TCX_INGRESS): readonly AttachedProgram[] {
  return query(ifindex, attachType, 0, `device ${ifindex}`);
}

/** Undefined when it is gone. */
export function programById(id: number): ProgramInfo | undefined {
  return withProgram(id, programInfo);
}

/** Whether a program uses a map, by their ids. */
export function programUses(id: number, mapId: number): boolean {
  return withProgram(id, programMaps)?.includes(mapId) ?? false;
}

function withProgram<T>(id: number, ask: (fd: number) => T): T | undefined {
  const fd = call(Command.ProgramById, id);
  if (fd < 0) return undefined;
  try {
    return ask(fd);
  } finally {
    closeSync(fd);
  }
}

export function openCgroup(cgroup: string): number {
  try {
    return openSync(cgroup, 'r');
  } catch (cause) {
    throw new SealaneError('kernel/no-cgroup', `attach to cgroup ${cgroup}`, { cause });
  }
}

function query(target: number, attachType: number, flags: number, subject: string): readonly AttachedProgram[] {
  const ids = Buffer.alloc(MOST * 4);
  const { answer, attributes } = callInto(
    Command.ProgramQuery,
    target,
    attachType,
    flags,
    0,
    ids,
    MOST,
    0,
    0n,
    0n,
    0n,
    0n,
  );
  checked(answer, 'kernel/query', `ask for the programs of ${subject}`);
  const count = attributes.readUInt32LE(24);
  return Array.from({ length: count }, (_, index) => attachedProgram(ids.readUInt32LE(index * 4)));
}

function attachedProgram(id: number): AttachedProgram {
  return { id, name: programById(id)?.name ?? '(gone)' };
}
