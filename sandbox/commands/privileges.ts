/** Asks the machine before anything is touched. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cgroup2Mount } from '#host/index.ts';
import { requireKernel } from '#kernel/index.ts';
import { type Family, SealaneError } from '#kit/index.ts';

const CAPABILITIES = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21 } as const;
const PROGRAMS = ['ip', 'nft', 'nsenter', 'unshare', 'mount', 'umount', 'sh'];

/**
 * @param families that the sandbox will speak
 * @throws `sandbox/not-privileged`, `host/command-missing`, `host/no-cgroup2`, `kernel/too-old`, `kernel/no-btf`, `sandbox/no-ipv6`
 */
export function checkMachine(families: readonly Family[]): void {
  requirePrivileges();
  for (const program of PROGRAMS) requireProgram(program);
  cgroup2Mount();
  requireKernel();
  if (families.includes('IPv6') && !existsSync('/proc/sys/net/ipv6')) {
    throw new SealaneError('sandbox/no-ipv6', 'speak IPv6: this kernel cannot', {
      hint: 'it runs with ipv6.disable=1, or was built without; use a topology of IPv4',
    });
  }
}

/** @throws `sandbox/not-privileged` */
export function requirePrivileges(): void {
  const effective = BigInt(`0x${/CapEff:\s+([0-9a-f]+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
  const missing = Object.entries(CAPABILITIES).filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n);
  if (process.getuid?.() === 0 && missing.length === 0) return;
  const lacking = missing.map(([name]) => name).join(', ');
  throw new SealaneError(
    'sandbox/not-privileged',
    `make namespaces and cgroups as user ${process.getuid?.()}: not allowed`,
    {
      hint: `run it as root${lacking ? `; missing ${lacking}` : ''}`,
    },
  );
}

function requireProgram(name: string): void {
  const found = (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)));
  if (found) return;
  throw new SealaneError('host/command-missing', `find ${name}: not installed`, {
    hint: 'tools/set-up.sh installs what is needed',
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
