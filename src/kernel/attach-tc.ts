import { release } from 'node:os';
import { call, Command } from './bpf-call.ts';
import type { AttachOptions } from './attach-cgroup.ts';
import { Errno } from './errno.ts';
import { checked, kernelFault } from './faults.ts';
import { establish, type Link } from './link.ts';
import { interfaceIndex, tcAttach, tcDetach, tcHookCreate, tcQuery } from './native.ts';
import type { Program } from './program.ts';

export type Direction = 'ingress' | 'egress';

/** By clsact a filter holds one program: which of ours on a device. Those that answer probes come last, lanes are no business of theirs. */
export const FILTERS = ['IPv4', 'IPv6', 'IPv4 echo', 'IPv6 echo'] as const;
export type Filter = (typeof FILTERS)[number];

export interface TcOptions extends AttachOptions {
  /** Default: tcx where the kernel has it (6.6), else clsact. */
  readonly method?: 'tcx' | 'clsact';
  /** By clsact: the filter that holds it. Default IPv4. */
  readonly filter?: Filter;
}

const TcxAttachType: Record<Direction, number> = { ingress: 46, egress: 47 };

/**
 * Attaches a tc program to a device of the current network namespace.
 * @param device name or index
 * @throws SealaneError kernel/no-device, kernel/attach
 */
export function attachTc(
  program: Program,
  device: string | number,
  direction: Direction,
  options: TcOptions = {},
): Link {
  const ifindex = typeof device === 'number' ? device : deviceIndex(device);
  const method = options.method ?? (hasTcx() ? 'tcx' : 'clsact');
  if (method === 'clsact') return attachFilter(program, ifindex, direction, options.filter);
  const attachType = TcxAttachType[direction];
  const subject = `device ${device} ${direction}`;
  return establish({
    kind: 'tcx',
    program,
    subject,
    pin: options.pin,
    matches: (info) => info.ifindex === ifindex && info.attachType === attachType,
    create: () => call(Command.LinkCreate, program.fd, ifindex, attachType, 0, 0, 0, 0n),
    refused: (answer) => kernelFault('kernel/attach', `attach ${program.name} to ${subject}`, answer),
  });
}

/** @throws SealaneError kernel/no-device */
export function deviceIndex(name: string): number {
  return checked(interfaceIndex(name), 'kernel/no-device', `find device ${name} in this network namespace`);
}

/** Whether this kernel has links for tc programs. */
export function hasTcx(): boolean {
  const [major = 0, minor = 0] = release().split(/[.-]/).map(Number);
  return major > 6 || (major === 6 && minor >= 6);
}

/** Ours among the filters of a device: replaced in place, so that no packet passes between two programs. */
const HANDLE = 0x5ea1;
const PRIORITY: Readonly<Record<Filter, number>> = { IPv4: 5, IPv6: 6, 'IPv4 echo': 7, 'IPv6 echo': 8 };
const BPF_TC_F_REPLACE = 1;

function attachFilter(program: Program, ifindex: number, direction: Direction, filter: Filter = 'IPv4'): Link {
  const hook = tcHook(ifindex, direction);
  const what = `attach ${program.name} to device ${ifindex} ${direction}`;
  const made = tcHookCreate(hook);
  if (made < 0 && made !== -Errno.EEXIST) throw kernelFault('kernel/attach', what, made);
  const adopted = tcQuery(hook, tcOptions(filter, 0, 0)) === 0;
  checked(tcAttach(hook, tcOptions(filter, program.fd, BPF_TC_F_REPLACE)), 'kernel/attach', what);
  return { kind: 'clsact', adopted, close: () => undefined, detach: () => detachFilter(ifindex, direction, filter) };
}

/** Swaps the program of our filter in place. @throws SealaneError kernel/attach */
export function replaceFilterProgram(ifindex: number, direction: Direction, fd: number, filter: Filter): void {
  const answer = tcAttach(tcHook(ifindex, direction), tcOptions(filter, fd, BPF_TC_F_REPLACE));
  checked(answer, 'kernel/attach', `replace the filter of device ${ifindex} ${direction}`);
}

/** Takes our filter off a device; no error when there is none. */
export function detachFilter(ifindex: number, direction: Direction, filter: Filter = 'IPv4'): void {
  const answer = tcDetach(tcHook(ifindex, direction), tcOptions(filter, 0, 0));
  const gone = answer === -Errno.ENOENT || answer === -Errno.EINVAL || answer === -Errno.ENODEV;
  if (answer < 0 && !gone) throw kernelFault('kernel/detach', `detach from device ${ifindex} ${direction}`, answer);
}

/** The program in our filter of a device of the current network namespace. @returns its id, undefined when there is none */
export function filterProgram(ifindex: number, direction: Direction, filter: Filter = 'IPv4'): number | undefined {
  const options = tcOptions(filter, 0, 0);
  if (tcQuery(tcHook(ifindex, direction), options) < 0) return undefined;
  return options.readUInt32LE(16);
}

/** struct bpf_tc_hook */
function tcHook(ifindex: number, direction: Direction): Uint8Array {
  const hook = Buffer.alloc(24);
  hook.writeUInt32LE(hook.length, 0);
  hook.writeInt32LE(ifindex, 8);
  hook.writeUInt32LE(direction === 'ingress' ? 1 : 2, 12);
  return hook;
}

/** struct bpf_tc_opts */
function tcOptions(filter: Filter, programFd: number, flags: number): Buffer {
  const options = Buffer.alloc(32);
  options.writeUInt32LE(options.length, 0);
  options.writeInt32LE(programFd, 8);
  options.writeUInt32LE(flags, 12);
  options.writeUInt32LE(HANDLE, 20);
  options.writeUInt32LE(PRIORITY[filter], 24);
  return options;
}
