/** A loaded program. It stays loaded while its object is open, or a link or pin holds it. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, call, pathBytes } from './bpf-call.ts';
import { checked } from './faults.ts';
import { cString, kernelInfo } from './kernel-info.ts';
import { addressOf } from './native.ts';

export interface Program {
  readonly name: string;
  /** As in SEC(): `cgroup/connect4`, `tc`. */
  readonly section: string;
  readonly fd: number;
  /** enum bpf_attach_type, from the section. */
  readonly attachType: number;
}

export interface ProgramInfo {
  readonly id: number;
  /** enum bpf_prog_type */
  readonly type: number;
  /** The kernel keeps 15 characters. */
  readonly name: string;
  /** Runs and nanoseconds; they move only while statistics are on (`collectRunStats`). */
  readonly runCount: bigint;
  readonly runTimeNs: bigint;
  /** Instructions the verifier walked, the measure of the budget; 0 before Linux 5.16. */
  readonly verifiedInstructions: number;
}

/** @param fd of a program, `program.fd` */
export function programInfo(fd: number): ProgramInfo {
  const info = kernelInfo(fd, 232, 'program');
  return {
    type: info.readUInt32LE(0),
    id: info.readUInt32LE(4),
    name: cString(info.subarray(64, 80)),
    runTimeNs: info.readBigUInt64LE(192),
    runCount: info.readBigUInt64LE(200),
    verifiedInstructions: info.readUInt32LE(216),
  };
}

const MOST_MAPS = 64;

/** Ids of the maps that a program uses. */
export function programMaps(fd: number): readonly number[] {
  const [info, ids] = [Buffer.alloc(232), Buffer.alloc(MOST_MAPS * 4)];
  info.writeUInt32LE(MOST_MAPS, 52);
  info.writeBigUInt64LE(addressOf(ids), 56);
  checked(call(Command.Info, fd, info.length, info), 'kernel/info', 'ask about the maps of a program');
  return Array.from({ length: Math.min(info.readUInt32LE(52), MOST_MAPS) }, (_, i) => ids.readUInt32LE(i * 4));
}

/** @returns a descriptor, to be closed. @throws SealaneError kernel/program-gone */
export function openProgram(id: number): number {
  return checked(call(Command.ProgramById, id), 'kernel/program-gone', `open program ${id}`);
}

/** @returns a descriptor, to be closed. @throws SealaneError kernel/pinned-program */
export function openPinnedProgram(pin: string): number {
  return checked(call(Command.Get, pathBytes(pin), 0, 0), 'kernel/pinned-program', `open pinned program ${pin}`);
}

/** Keeps it loaded, in the place of what was pinned there. */
export function pinProgram(fd: number, pin: string): void {
  const half = `${pin}~half`;
  mkdirSync(dirname(pin), { recursive: true, mode: 0o700 });
  rmSync(half, { force: true });
  checked(call(Command.Pin, pathBytes(half), fd, 0), 'kernel/pin', `pin a program at ${pin}`);
  renameSync(half, pin);
}
