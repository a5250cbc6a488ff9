/** A loaded program. It stays loaded while its object is open, or a link or pin holds it. */
import { kernelInfo } from './kernel-info.ts';

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
  readonly name: string;
  /** Runs and nanoseconds; they move only while statistics are on (`collectRunStats`). */
  readonly runCount: bigint;
  readonly runTimeNs: bigint;
  /** Instructions the verifier walked, the measure of the budget; 0 before Linux 5.16. */
  readonly verifiedInstructions: number;
}

export function programInfo(program: Pick<Program, 'fd' | 'name'>): ProgramInfo {
  const info = kernelInfo(program.fd, 232, `program ${program.name}`);
  return {
    id: info.readUInt32LE(4),
    name: program.name,
    runTimeNs: info.readBigUInt64LE(192),
    runCount: info.readBigUInt64LE(200),
    verifiedInstructions: info.readUInt32LE(216),
  };
}
