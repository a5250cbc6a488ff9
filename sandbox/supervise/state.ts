/** The state folder of a sandbox: every path in it, and what is kept as JSON. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SealaneError } from '#kit/index.ts';
import { savedTopology, stateFolder, type Topology } from '#sandbox/topology/index.ts';

/** Names of processes have slashes (`agent/cluster-1/node-1`), files have dots. */
const fileName = (process: string) => process.replaceAll('/', '.');

export function statePaths(sandbox: string) {
  const root = stateFolder(sandbox);
  return {
    root,
    topology: `${root}/topology.json`,
    processes: `${root}/processes.json`,
    /** For people: contexts hub, cluster-1, …, addresses that the machine reaches. */
    kubeconfig: `${root}/kubeconfig`,
    control: `${root}/control.sock`,
    supervisorLog: `${root}/log/supervisor.log`,
    supervisorPid: `${root}/pid/supervisor`,
    kubeconfigOf: (cluster: string, user: string) => `${root}/kubeconfig.d/${cluster}.${user}`,
    pki: (cluster: string, file: string) => `${root}/pki/${cluster}/${file}`,
    database: (cluster: string) => `${root}/apiserver/${cluster}.db`,
    config: (process: string) => `${root}/config/${fileName(process)}.json`,
    log: (process: string) => `${root}/log/${fileName(process)}.log`,
    /** The module by which processes get their clock, and by how much it is wrong. */
    clock: `${root}/clock.mjs`,
    skews: `${root}/skew`,
    skew: (process: string) => `${root}/skew/${fileName(process)}`,
    /** Of links that a process makes slow. */
    delays: `${root}/delays`,
    delay: (namespace: string, device: string) => `${root}/delays/${namespace}.${device}.json`,
    pid: (process: string) => `${root}/pid/${fileName(process)}`,
    kubeletSocket: (cluster: string) => `${root}/kubelet/${cluster}.sock`,
    kubeletState: (cluster: string) => `${root}/kubelet/${cluster}`,
    agentState: (cluster: string, node: string) => `${root}/agent/${cluster}.${node}`,
  } as const;
}

export type StatePaths = ReturnType<typeof statePaths>;

/** Whole or not at all, readable by root alone: keys are among them. */
export function writeState(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.half`, text, { mode: 0o600 });
  renameSync(`${path}.half`, path);
}

export function writeJson(path: string, value: unknown): void {
  writeState(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** @throws `sandbox/not-up` when there is no such sandbox, `sandbox/not-privileged`: the state is root's alone */
export function readTopologyState(sandbox: string): Topology {
  return savedTopology(readState(sandbox, statePaths(sandbox).topology));
}

export function readJson<T>(sandbox: string, path: string): T {
  return JSON.parse(readState(sandbox, path)) as T;
}

function readState(sandbox: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(sandbox, error);
  }
}

function unreadable(sandbox: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return notUp(sandbox);
  if (code !== 'EACCES') return error;
  return new SealaneError('sandbox/not-privileged', `look into sandbox "${sandbox}": not allowed`, {
    hint: 'run it as root',
  });
}

function notUp(sandbox: string): SealaneError {
  const name = sandbox === 'sealane' ? '' : ` --name ${sandbox}`;
  return new SealaneError('sandbox/not-up', `find sandbox "${sandbox}": it is not up`, {
    hint: `sealane sandbox up${name}`,
  });
}
