/**
 * Links hold a program at its hook. A pinned link outlives the process; the next one finds it and swaps the program in
 * place, so that no connection and no packet passes the hook without a program.
 */
import { closeSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, call, pathBytes } from './bpf-call.ts';
import { Errno } from './errno.ts';
import { checked, kernelFault } from './faults.ts';
import { kernelInfo } from './kernel-info.ts';
import type { Program } from './program.ts';

export interface Link {
  /** `clsact` is a filter on the device rather than a link: it stays until detached or the device goes. */
  readonly kind: 'cgroup' | 'tcx' | 'clsact';
  /** A link (or filter) that was there before and now runs the new program. */
  readonly adopted: boolean;
  /** Lets go of our descriptor; a pinned link stays attached, an unpinned one ends. */
  close(): void;
  /** Takes the program off its hook, and the pin away. */
  detach(): void;
}

export interface LinkInfo {
  readonly kind: 'cgroup' | 'tcx' | 'other';
  readonly programId: number;
  /** Inode of the cgroup; 0 when it is gone. Only of a cgroup link. */
  readonly cgroupId: bigint;
  /** Index of the device; 0 when it is gone. Only of a tcx link. */
  readonly ifindex: number;
  /** enum bpf_attach_type */
  readonly attachType: number;
}

const LinkType = { Cgroup: 3, Tcx: 11 } as const;

export interface LinkTarget {
  readonly kind: 'cgroup' | 'tcx';
  readonly program: Program;
  /** `cgroup /sys/fs/cgroup/x` or `device wan0 ingress`: for messages. */
  readonly subject: string;
  readonly pin: string | undefined;
  /** Whether a link found at the pin sits on this very hook. */
  readonly matches: (info: LinkInfo) => boolean;
  /** @returns a descriptor or -errno */
  readonly create: () => number;
  readonly refused: (answer: number) => Error;
}

/** Adopts the link at the pin, or makes a new one and pins it in its place. */
export function establish(target: LinkTarget): Link {
  const adopted = adopt(target);
  const fd = adopted ?? created(target);
  if (adopted === undefined && target.pin) pinLink(fd, target.pin, target.subject);
  return { kind: target.kind, adopted: adopted !== undefined, ...lifetime(fd, target.pin) };
}

function adopt({ pin, program, subject, matches }: LinkTarget): number | undefined {
  if (!pin || !existsSync(pin)) return undefined;
  const fd = openLink(pin);
  if (matches(linkInfo(fd))) {
    const answer = call(Command.LinkUpdate, fd, program.fd, 0, 0);
    if (answer >= 0) return fd;
    if (answer !== -Errno.ENOLINK) {
      closeSync(fd);
      throw kernelFault('kernel/link-update', `replace ${program.name} at ${subject}`, answer);
    }
  }
  closeSync(fd);
  return undefined;
}

function created(target: LinkTarget): number {
  const fd = target.create();
  if (fd < 0) throw target.refused(fd);
  return fd;
}

/** Rename replaces a pin of a link whose hook is gone. */
function pinLink(fd: number, pin: string, subject: string): void {
  const half = `${pin}~half`;
  mkdirSync(dirname(pin), { recursive: true, mode: 0o700 });
  rmSync(half, { force: true });
  const answer = call(Command.Pin, pathBytes(half), fd, 0);
  if (answer < 0) {
    closeSync(fd);
    throw kernelFault('kernel/pin', `pin the link of ${subject} at ${pin}`, answer);
  }
  renameSync(half, pin);
}

function lifetime(fd: number, pin: string | undefined): Pick<Link, 'close' | 'detach'> {
  let open = true;
  const close = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  const detach = (): void => {
    if (open) detachDescriptor(fd);
    if (pin) rmSync(pin, { force: true });
    close();
  };
  return { close, detach };
}

function detachDescriptor(fd: number): void {
  const answer = call(Command.LinkDetach, fd);
  const gone = answer === -Errno.ENOLINK;
  if (answer < 0 && !gone && answer !== -Errno.EOPNOTSUPP) throw kernelFault('kernel/detach', 'detach a link', answer);
}

export function linkInfo(fd: number): LinkInfo {
  const info = kernelInfo(fd, 64, 'link');
  const type = info.readUInt32LE(0);
  const isCgroup = type === LinkType.Cgroup;
  const isTcx = type === LinkType.Tcx;
  return {
    kind: isCgroup ? 'cgroup' : isTcx ? 'tcx' : 'other',
    programId: info.readUInt32LE(8),
    cgroupId: isCgroup ? info.readBigUInt64LE(16) : 0n,
    ifindex: isTcx ? info.readUInt32LE(16) : 0,
    attachType: info.readUInt32LE(isCgroup ? 24 : 20),
  };
}

function openLink(pin: string): number {
  return checked(call(Command.Get, pathBytes(pin), 0, 0), 'kernel/pinned-link', `open pinned link ${pin}`);
}

/** Links pinned below `<pinDir>/links/`, by name. */
export function listLinks(pinDir: string): ReadonlyMap<string, LinkInfo> {
  const directory = `${pinDir}/links`;
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return new Map(names.map((name) => [name, pinnedLinkInfo(`${directory}/${name}`)]));
}

function pinnedLinkInfo(pin: string): LinkInfo {
  const fd = openLink(pin);
  try {
    return linkInfo(fd);
  } finally {
    closeSync(fd);
  }
}

const BPF_F_REPLACE = 4;

/**
 * Swaps the program of a pinned link in place.
 * @param expected the program that has to be there still
 * @throws SealaneError kernel/link-update
 */
export function replaceLinkProgram(pin: string, fd: number, expected: number): void {
  const link = openLink(pin);
  try {
    const answer = call(Command.LinkUpdate, link, fd, BPF_F_REPLACE, expected);
    checked(answer, 'kernel/link-update', `replace the program of link ${pin}`);
  } finally {
    closeSync(link);
  }
}

/** Detaches what an earlier process pinned. @returns whether there was such a pin */
export function detachPinnedLink(pin: string): boolean {
  if (!existsSync(pin)) return false;
  lifetime(openLink(pin), pin).detach();
  return true;
}
