/** The embedded hub's certificates: made once in its data folder, or given as files. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '#identity/index.ts';
import { SealaneError } from '#kit/index.ts';

export interface HubFiles {
  readonly certificate: string;
  readonly key: string;
  /** Whom clients' certificates must be signed by. */
  readonly clientAuthority: string;
}

export interface HubPki {
  readonly server: HubFiles;
  /** The hub's own access, and the admin's. */
  readonly admin: { readonly ca: string; readonly cert: string; readonly key: string };
}

/**
 * @param folder    kept between starts; private keys are readable by their owner only
 * @param addresses at which members reach the hub, for the certificate
 */
export async function ensureHubPki(folder: string, addresses: readonly string[]): Promise<HubPki> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(join(folder, 'admin.key'))) await makePki(folder, addresses);
  const read = (name: string) => readFile(join(folder, name));
  const ca = read('ca.crt');
  return {
    server: { certificate: read('server.crt'), key: read('server.key'), clientAuthority: ca },
    admin: { ca, cert: read('admin.crt'), key: read('admin.key') },
  };
}

export function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SealaneError('hub/bad-file', `read ${path}`, { cause });
  }
}

/** The admin's key comes last: it says that the rest is there. */
async function makePki(folder: string, addresses: readonly string[]): Promise<void> {
  const authority = await createAuthority('sealane-hub-authority');
  const server = await authority.issue({
    commonName: 'sealane-hub',
    addresses: [...new Set([...addresses, '127.0.0.1'])],
    dnsNames: ['localhost'],
    usages: ['server'],
  });
  const admin = await authority.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    chmodSync(join(folder, name), name.endsWith('.key') ? 0o600 : 0o644);
  };
  write('ca.key', authority.key);
  write('ca.crt', authority.certificate);
  write('server.key', server.key);
  write('server.crt', server.certificate);
  write('admin.crt', admin.certificate);
  write('admin.key', admin.key);
}
