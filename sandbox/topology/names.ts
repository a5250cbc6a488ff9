/** Every name a sandbox leaves on the machine. `down` works from these alone. Pure. */
import { createHash } from 'node:crypto';
import { SealaneError } from '#kit/index.ts';

export const DEFAULT_NAME = 'sealane';
export const STATE_ROOT = '/run/sealane';
export const PIN_ROOT = '/sys/fs/bpf/sealane';

/**
 * Without "-", so that no sandbox's names begin with another's prefix.
 * @throws `sandbox/bad-name`
 */
export function checkName(name: string): string {
  if (/^[a-z][a-z0-9]{0,14}$/.test(name) && name !== 'agents') return name;
  throw new SealaneError('sandbox/bad-name', `use "${name}" as the name of a sandbox: not possible`, {
    hint: 'at most 15 lower-case letters and digits, starting with a letter, and not "agents"',
  });
}

/** What every namespace of the sandbox starts with. */
export function namespacePrefix(sandbox: string): string {
  return `${sandbox}-`;
}

export const namespaces = {
  wan: (sandbox: string) => `${sandbox}-wan`,
  hub: (sandbox: string) => `${sandbox}-hub`,
  controlPlane: (sandbox: string, cluster: string) => `${sandbox}-${cluster}`,
  node: (sandbox: string, cluster: string, node: string) => `${sandbox}-${cluster}-${node}`,
} as const;

/** The machine's end of its link to the WAN. */
export function hostLink(sandbox: string): string {
  return `sl-${createHash('sha256').update(sandbox).digest('hex').slice(0, 8)}`;
}

/** Ends in the WAN's namespace. */
export const wanPorts = {
  host: 'host',
  hub: 'hub',
  controlPlane: (cluster: number) => `c${cluster}`,
  node: (cluster: number, node: number) => `c${cluster}n${node}`,
} as const;

/** Below the cgroup v2 mount. */
export const cgroups = {
  root: (sandbox: string) => `sealane-${sandbox}`,
  system: (sandbox: string) => `sealane-${sandbox}/system`,
  pods: (sandbox: string, cluster: string, node: string) => `sealane-${sandbox}/${cluster}/${node}/pods`,
} as const;

export function pinFolder(sandbox: string, cluster?: string, node?: string): string {
  const root = `${PIN_ROOT}/${sandbox}`;
  return cluster === undefined ? root : `${root}/${cluster}-${node}`;
}

/** Where agents leave notes of themselves for `sealane trace`. */
export const AGENT_NOTES = `${STATE_ROOT}/agents`;

/** What the file names of this sandbox's agents' notes start with: their pins' paths. */
export function agentNotePrefix(sandbox: string): string {
  return `${pinFolder(sandbox).slice(1).replaceAll('/', '_')}_`;
}

export function stateFolder(sandbox: string): string {
  return `${STATE_ROOT}/${sandbox}`;
}
