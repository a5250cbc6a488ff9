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
} from '#host/index.ts';
import type { NetworkPlan } from './network-plan.ts';

/** @throws `host/command-failed` naming the line; whoever called removes what was made until then */
export async function buildNetwork(plan: NetworkPlan): Promise<void> {
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
