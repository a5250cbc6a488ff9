/** Takes a sandbox down, alive, half alive or crashed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cgroup2Mount, listNamespaces } from '#host/index.ts';
import { SealaneError } from '#kit/index.ts';
import { cgroups, namespacePrefix, removeNetwork, stateFolder, tracesOf } from '#sandbox/topology/index.ts';

/** @returns false when there was nothing. @throws `sandbox/traces-left` naming what would not go */
export async function down(sandbox: string): Promise<boolean> {
  const before = await tracesOf(sandbox);
  if (before.length === 0) return false;
  await removeNetwork(sandbox);
  const left = await tracesOf(sandbox);
  if (left.length === 0) return true;
  throw new SealaneError('sandbox/traces-left', `take down sandbox "${sandbox}": left are ${left.join(', ')}`);
}

/** Whether what has its names was made by a sandbox, alive or crashed. */
export function isOurs(sandbox: string): boolean {
  return existsSync(stateFolder(sandbox)) || existsSync(join(cgroup2Mount(), cgroups.root(sandbox)));
}

/** @throws `sandbox/prefix-taken` */
export function refuseForeign(sandbox: string): void {
  const [taken] = listNamespaces(namespacePrefix(sandbox));
  if (taken === undefined) return;
  throw new SealaneError(
    'sandbox/prefix-taken',
    `use the prefix "${namespacePrefix(sandbox)}": namespace ${taken} exists and no sandbox made it`,
    {
      hint: 'choose another --name',
    },
  );
}
