/** What runs in a sandbox. */
import { readFileSync } from 'node:fs';
import { namespaces } from '#sandbox/topology/index.ts';
import { askSupervisor } from './control.ts';
import { readTopologyState, statePaths } from './state.ts';
import type { ProcessStatus } from './supervisor.ts';

export interface SandboxStatus {
  readonly name: string;
  readonly kubeconfig: string;
  readonly processes: readonly (ProcessStatus & { readonly residentKiB?: number; readonly log: string })[];
  readonly clusters: readonly {
    readonly name: string;
    readonly wanAddresses: readonly string[];
    readonly nodes: readonly string[];
  }[];
}

/** @throws `sandbox/not-up`, `sandbox/supervisor-gone` */
export async function sandboxStatus(sandbox: string): Promise<SandboxStatus> {
  const paths = statePaths(sandbox);
  const topology = readTopologyState(sandbox);
  const { processes = [] } = await askSupervisor(paths.control, { verb: 'status' });
  return {
    name: sandbox,
    kubeconfig: paths.kubeconfig,
    processes: processes.map((it) => ({ ...it, ...memoryOf(it.pid), log: paths.log(it.name) })),
    clusters: topology.clusters.map(({ name, wanAddresses, nodes }) => ({
      name,
      wanAddresses,
      nodes: nodes.map((node) => namespaces.node(sandbox, name, node.name)),
    })),
  };
}

function memoryOf(pid: number | undefined): { residentKiB?: number } {
  if (pid === undefined) return {};
  try {
    return { residentKiB: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) };
  } catch {
    return {}; // gone meanwhile
  }
}
