/** Named network namespaces, as `ip netns` keeps them below /run/netns. */
import { existsSync, readdirSync } from 'node:fs';
import { NAMESPACE_FOLDER as FOLDER, namespacePath } from './inside-namespace.ts';
import { ipBatch } from './network.ts';

export function namespaceExists(name: string): boolean {
  return existsSync(namespacePath(name));
}

/** Names that start with `prefix`, sorted. */
export function listNamespaces(prefix = ''): string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((name) => name.startsWith(prefix))
    .toSorted();
}

/** @throws `host/command-failed` when one exists already */
export async function createNamespaces(names: readonly string[]): Promise<void> {
  await ipBatch(names.map((name) => `netns add ${name}`));
}

/** Those that do not exist are passed over. */
export async function deleteNamespaces(names: readonly string[]): Promise<void> {
  await ipBatch(names.filter(namespaceExists).map((name) => `netns delete ${name}`));
}
