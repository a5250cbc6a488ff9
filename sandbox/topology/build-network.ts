/** Makes what a network plan says, everything that may run side by side at once. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  cgroup2Mount,
  createCgroup,
  createNamespaces,
  ensureBpfFileSystem,
  ipBatch,
  nft,
  setSysctls,
  withMachineLock,
} from '#host/index.ts';
import { withFreeWan } from './free-wan.ts';
import type { Topology } from './model.ts';
import { type NetworkPlan, planNetwork } from './network-plan.ts';

/**
 * @returns the topology with the WAN that it got
 * @throws `sandbox/range-taken`; `host/command-failed` naming the line, whoever called removes what was made until then
 */
export function bringUpNetwork(sandbox: string, wanted: Topology): Promise<Topology> {
  // Two at the same time would find the same range free.
  return withMachineLock('sandbox-wan', async () => {
    const topology = await withFreeWan(wanted);
    await buildNetwork(planNetwork(sandbox, topology));
    return topology;
  });
}

async function buildNetwork(plan: NetworkPlan): Promise<void> {
  await createNamespaces(plan.namespaces);
  await Promise.all(plan.namespaces.map((namespace) => setSysctls(plan.settings, { namespace })));
  await ipBatch(plan.links);
  await Promise.all(plan.inside.map(({ namespace, lines }) => ipBatch(lines, { namespace })));
  await Promise.all(plan.filters.map(({ namespace, script }) => nft(script, { namespace })));
  await ensureBpfFileSystem();
  const mount = cgroup2Mount();
  for (const path of plan.cgroups) createCgroup(join(mount, path));
  for (const path of plan.pinFolders) mkdirSync(path, { recursive: true });
}
