/** Breaks things on purpose, and heals them. */
import { nft } from '#host/index.ts';
import { SealaneError } from '#kit/index.ts';
import { askSupervisor, readTopologyState, statePaths } from '#sandbox/supervise/index.ts';
import { cutPorts, type Port } from './ports.ts';

export type Fault = 'kill' | 'stop' | 'cut' | 'heal' | 'empty-hub';

export interface FaultResult {
  /** Names of the processes or links that it was done to. */
  readonly done: readonly string[];
}

/**
 * @param target a process or a group of them (`agent/cluster-1`) for kill and stop; `hub`, a cluster, a node or a node's LAN
 *   (`cluster-1/node-1/lan`) for cut; either for heal, or `all`
 * @throws `sandbox/no-such-target`, `sandbox/not-up`, `sandbox/supervisor-gone`
 */
export async function applyFault(sandbox: string, fault: Fault, target: string): Promise<FaultResult> {
  switch (fault) {
    case 'kill':
    case 'stop':
      return { done: known(target, await ask(sandbox, fault, target)) };
    case 'cut':
      return { done: await setCut(sandbox, target, true) };
    case 'heal':
      return { done: await heal(sandbox, target) };
    case 'empty-hub':
      return { done: await ask(sandbox, 'empty', 'hub') };
  }
}

async function heal(sandbox: string, target: string): Promise<readonly string[]> {
  if (target === 'all') return [...(await startStopped(sandbox)), ...(await healEveryLink(sandbox))];
  const links = cutPorts(sandbox, readTopologyState(sandbox), target);
  const healed = links.length > 0 ? await setCut(sandbox, target, false) : [];
  // `hub` is the name of a place and of a process; no other place is.
  if (links.length > 0 && target !== 'hub') return healed;
  const started = await ask(sandbox, 'start', target);
  if (healed.length === 0) await requireProcess(sandbox, target);
  return [...started, ...healed];
}

async function startStopped(sandbox: string): Promise<string[]> {
  const { processes = [] } = await askSupervisor(statePaths(sandbox).control, { verb: 'status' });
  const stopped = processes.filter(({ state }) => state === 'stopped');
  for (const { name } of stopped) await ask(sandbox, 'start', name);
  return stopped.map(({ name }) => name);
}

async function healEveryLink(sandbox: string): Promise<string[]> {
  const topology = readTopologyState(sandbox);
  const places = [
    'hub',
    ...topology.clusters.flatMap(({ name, nodes }) => [name, ...nodes.map((node) => `${name}/${node.name}/lan`)]),
  ];
  const namespaces = new Set(
    places.flatMap((place) => cutPorts(sandbox, topology, place).map(({ namespace }) => namespace)),
  );
  for (const namespace of namespaces) await nft('flush set bridge faults cut', { namespace });
  return [...namespaces];
}

async function setCut(sandbox: string, target: string, cut: boolean): Promise<string[]> {
  const ports = cutPorts(sandbox, readTopologyState(sandbox), target);
  if (ports.length === 0) throw noSuchTarget(target, 'hub, a cluster, CLUSTER/NODE or CLUSTER/NODE/lan');
  for (const port of ports) await nft(cutScript(port, cut), { namespace: port.namespace });
  return ports.map(({ namespace, device }) => `${namespace} ${device}`);
}

/** Adding first makes deleting what is not there no error. */
function cutScript({ device }: Port, cut: boolean): string {
  const add = `add element bridge faults cut { "${device}" }\n`;
  return cut ? add : `${add}delete element bridge faults cut { "${device}" }\n`;
}

async function ask(
  sandbox: string,
  verb: 'kill' | 'stop' | 'start' | 'empty',
  target: string,
): Promise<readonly string[]> {
  readTopologyState(sandbox);
  return (await askSupervisor(statePaths(sandbox).control, { verb, target })).done ?? [];
}

async function requireProcess(sandbox: string, target: string): Promise<void> {
  const { processes = [] } = await askSupervisor(statePaths(sandbox).control, { verb: 'status' });
  known(
    target,
    processes.map(({ name }) => name).filter((name) => name === target || name.startsWith(`${target}/`)),
  );
}

function known(target: string, done: readonly string[]): readonly string[] {
  if (done.length > 0) return done;
  throw noSuchTarget(target, 'a process that `sealane sandbox status` lists');
}

function noSuchTarget(target: string, wanted: string): SealaneError {
  return new SealaneError('sandbox/no-such-target', `find "${target}": not there`, { hint: `wanted is ${wanted}` });
}
