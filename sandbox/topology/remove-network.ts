/** Removes every trace of a sandbox, by the names alone: nothing needs to be alive, and no record is needed. */
import { existsSync, readdirSync, readlinkSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  cgroup2Mount,
  deleteNamespaces,
  ipBatch,
  ipJson,
  listNamespaces,
  namespacePath,
  removeCgroup,
  run,
  signalProcess,
  startTimeOf,
  listMounts,
} from '#host/index.ts';
import {
  AGENT_NOTES,
  agentNotePrefix,
  cgroups,
  hostLink,
  namespacePrefix,
  PIN_ROOT,
  pinFolder,
  STATE_ROOT,
  stateFolder,
} from './names.ts';

/** Also stops its processes: all of them are in its cgroups or in its namespaces. */
export async function removeNetwork(sandbox: string): Promise<void> {
  await removeCgroup(join(cgroup2Mount(), cgroups.root(sandbox)));
  const names = listNamespaces(namespacePrefix(sandbox));
  killInside(names);
  await removeHostLink(sandbox);
  await deleteNamespaces(names);
  rmSync(pinFolder(sandbox), { recursive: true, force: true });
  await unmountBelow(stateFolder(sandbox));
  rmSync(stateFolder(sandbox), { recursive: true, force: true });
  for (const path of agentNotes(sandbox)) rmSync(path, { force: true });
  for (const root of [PIN_ROOT, AGENT_NOTES, STATE_ROOT]) removeIfEmpty(root);
}

/** What of the sandbox is left, each as `kind name`; empty after a good `down`. */
export async function tracesOf(sandbox: string): Promise<string[]> {
  const links = await ipJson<{ ifname: string }>(['link', 'show']);
  const paths = {
    cgroup: join(cgroup2Mount(), cgroups.root(sandbox)),
    pins: pinFolder(sandbox),
    state: stateFolder(sandbox),
  };
  return [
    ...listNamespaces(namespacePrefix(sandbox)).map((name) => `namespace ${name}`),
    ...links.filter(({ ifname }) => ifname === hostLink(sandbox)).map(({ ifname }) => `link ${ifname}`),
    ...Object.entries(paths)
      .filter(([, path]) => existsSync(path))
      .map(([kind, path]) => `${kind} ${path}`),
    ...agentNotes(sandbox).map((path) => `note ${path}`),
  ];
}

function agentNotes(sandbox: string): string[] {
  if (!existsSync(AGENT_NOTES)) return [];
  const names = readdirSync(AGENT_NOTES).filter((name) => name.startsWith(agentNotePrefix(sandbox)));
  return names.map((name) => join(AGENT_NOTES, name));
}

/** A namespace's links go when the kernel gets to it; the machine's end must be gone at once. */
async function removeHostLink(sandbox: string): Promise<void> {
  const links = await ipJson<{ ifname: string }>(['link', 'show']);
  if (links.some(({ ifname }) => ifname === hostLink(sandbox))) await ipBatch([`link delete ${hostLink(sandbox)}`]);
}

function killInside(names: readonly string[]): void {
  const inodes = new Set(names.map((name) => inodeOf(namespacePath(name))));
  for (const pid of processIds()) {
    const inode = networkOf(pid);
    const startTime = startTimeOf(pid);
    if (inode !== undefined && startTime && inodes.has(inode)) signalProcess({ pid, startTime }, 'SIGKILL');
  }
}

function processIds(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function inodeOf(path: string): number {
  return statSync(path).ino;
}

function networkOf(pid: number): number | undefined {
  try {
    return Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0]);
  } catch {
    return undefined; // gone meanwhile
  }
}

/** Other sandboxes may have theirs in it. */
function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

async function unmountBelow(folder: string): Promise<void> {
  const targets = listMounts()
    .map(({ target }) => target)
    .filter((target) => target.startsWith(`${folder}/`));
  for (const target of targets.toReversed()) await run('umount', ['--lazy', target]);
}
