import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SealaneError } from '#kit/index.ts';
import { kernelFault } from './faults.ts';
import { mount } from './native.ts';

const BPF_FS_MAGIC = 0xcafe4a11;

/**
 * Makes a directory for pins; its parents must lie in a BPF filesystem.
 * @throws SealaneError kernel/not-bpffs
 */
export function makePinDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new SealaneError('kernel/pin-dir', `make pin directory ${path}`, { cause });
  }
  if (!isBpfFilesystem(path)) {
    throw new SealaneError('kernel/not-bpffs', `pin below ${path}: not a BPF filesystem`, {
      hint: `mount -t bpf bpf ${dirname(path)}`,
    });
  }
}

/** Mounts the BPF filesystem where it is not mounted yet; containers often lack it. @param path usually /sys/fs/bpf */
export function mountBpfFilesystem(path = '/sys/fs/bpf'): void {
  if (isBpfFilesystem(path)) return;
  const answer = mount('bpf', path, 'bpf');
  if (answer < 0) throw kernelFault('kernel/bpffs-mount', `mount the BPF filesystem at ${path}`, answer);
}

/** @returns false also where there is no such path */
export function isBpfFilesystem(path: string): boolean {
  return existsSync(path) && statfsSync(path).type === BPF_FS_MAGIC;
}
