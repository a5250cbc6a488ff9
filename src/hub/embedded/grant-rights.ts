/** Rights on an API server of ours, put there as an admin would with `sealane rbac … | kubectl apply -f -`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  NAMESPACES,
  rbac,
  ROLE_BINDINGS,
  ROLES,
  SERVICE_ACCOUNTS,
} from '#api/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';

const TYPES = [NAMESPACES, SERVICE_ACCOUNTS, ROLES, ROLE_BINDINGS, CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS];
const FIELD_MANAGER = 'sealane-rights';

/** In their order: a namespace comes before what is in it. */
export async function grantRights(client: Client, rights: readonly KubeObject[]): Promise<void> {
  for (const object of rights) {
    const type = TYPES.find(({ kind }) => kind === object.kind);
    if (type) await client.apply(type, object, { fieldManager: FIELD_MANAGER });
  }
}

/** Of every member that credentials have been made for, however young the database is. */
export function rightsOfKnownMembers(folder: string): KubeObject[] {
  return knownMembers(folder).flatMap((member) => rbac({ role: 'hub', member }));
}

function knownMembers(folder: string): string[] {
  try {
    const files = readdirSync(join(folder, 'members'));
    return files.filter((file) => file.endsWith('.kubeconfig')).map((file) => file.replace(/\.kubeconfig$/, ''));
  } catch {
    return []; // nobody has asked for credentials yet
  }
}
