/** What a member needs to come to an embedded hub. The hub need not run: its authority's key is enough. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rbac, users } from '#api/index.ts';
import { isFault, SealaneError } from '#kit/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import { grantRights } from './grant-rights.ts';
import { HUB_SERVER_NAME, hubAuthority } from './hub-pki.ts';
import { kubeconfigOf } from './kubeconfig-of.ts';

export interface MemberCredentialsOptions {
  /** The hub's. */
  readonly dataDir: string;
  readonly member: string;
  /** `https://host:port` at which the member reaches the hub, if it is not where the hub listens. */
  readonly server?: string;
}

/**
 * Writes a kubeconfig with a new client certificate, readable by its owner only.
 * @returns its path
 * @throws `hub/bad-member-name`; `hub/bad-file` when no hub has been started with this folder
 */
export async function memberCredentials({ dataDir, member, server }: MemberCredentialsOptions): Promise<string> {
  if (!/^[a-z0-9]([a-z0-9-]{0,53}[a-z0-9])?$/.test(member)) {
    throw new SealaneError('hub/bad-member-name', `make credentials of member "${member}"`, {
      hint: 'lower case letters, digits and hyphens, at most 55',
    });
  }
  const authority = await hubAuthority(join(dataDir, 'pki'));
  const { certificate: cert, key } = await authority.issue({
    commonName: users.memberOnHub(member),
    usages: ['client'],
  });
  const at = server
    ? { server: server.replace(/\/+$/, ''), serverName: HUB_SERVER_NAME }
    : { server: readKubeconfig(join(dataDir, 'admin.kubeconfig')).server };
  const folder = join(dataDir, 'members');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${member}.kubeconfig`);
  writeFileSync(file, kubeconfigOf({ ...at, ca: authority.certificate, cert, key }, member), { mode: 0o600 });
  await grantNow(dataDir, member);
  return file;
}

/** A hub that does not run grants it when it starts. */
async function grantNow(dataDir: string, member: string): Promise<void> {
  const client = createClient(readKubeconfig(join(dataDir, 'admin.kubeconfig')));
  try {
    await grantRights(client, rbac({ role: 'hub', member }));
  } catch (error) {
    if (!isFault(error, 'kube/unreachable')) throw error;
  } finally {
    client.close();
  }
}
