import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { SealaneError } from '#kit/index.ts';

const OLDEST = [6, 1] as const;
/** Its type information. */
export const KERNEL_BTF = '/sys/kernel/btf/vmlinux';

/**
 * Says early and clearly what a machine lacks; the verifier would say it late and darkly.
 * @throws SealaneError kernel/too-old, kernel/no-btf
 */
export function requireKernel(machine: { release?: string; btf?: string } = {}): void {
  const version = machine.release ?? release();
  if (isOlder(version)) {
    throw new SealaneError('kernel/too-old', `use Linux ${version}: Linux ${OLDEST.join('.')} or newer is needed`, {
      hint: 'Debian 12, Ubuntu 24.04 and RHEL 10 have one',
      fields: { release: version },
    });
  }
  const btf = machine.btf ?? KERNEL_BTF;
  if (!existsSync(btf)) {
    throw new SealaneError('kernel/no-btf', `find the kernel's type information: no ${btf}`, {
      hint: 'use a kernel built with CONFIG_DEBUG_INFO_BTF=y, and let the container see /sys/kernel/btf',
    });
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
