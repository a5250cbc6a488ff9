/** The embedded hub's certificates: made once in its data folder, or given as files. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Authority, createAuthority, createTokenKey, openAuthority } from '#identity/index.ts';
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

/** Group of those who may do everything. */
const ADMINS = 'system:masters';

/** Another name of every hub in its certificate, for members that reach it by an address the hub does not know of. */
export const HUB_SERVER_NAME = 'sealane-hub';

/**
 * The authority and the admin's key are made once; the server's certificate is made at each start, for the addresses of that start.
 * @param folder    kept between starts; private keys are readable by their owner only
 * @param addresses at which members reach the hub, for the certificate
 */
export async function ensureHubPki(folder: string, addresses: readonly string[]): Promise<HubPki> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(join(folder, 'admin.key'))) await makePki(folder);
  const read = (name: string) => readFile(join(folder, name));
  const ca = read('ca.crt');
  const { certificate, key } = await (await hubAuthority(folder)).issue({
    commonName: HUB_SERVER_NAME,
    addresses: [...new Set([...addresses, '127.0.0.1'])],
    dnsNames: [HUB_SERVER_NAME, 'localhost'],
    usages: ['server'],
  });
  return {
    server: { certificate, key, clientAuthority: ca },
    admin: { ca, cert: read('admin.crt'), key: read('admin.key') },
  };
}

/** The key that signs tokens of ServiceAccounts: a token outlives a restart. */
export function ensureTokenKey(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'tokens.key');
  if (!existsSync(file)) writeFileSync(file, createTokenKey(), { mode: 0o600 });
  return readFile(file);
}

/** @throws `hub/bad-file` when no hub has been started with this folder */
export async function hubAuthority(folder: string): Promise<Authority> {
  const read = (name: string) => readFile(join(folder, name));
  return openAuthority({ certificate: read('ca.crt'), key: read('ca.key') }, { validForMs: VALID_FOR_MS });
}

/** Nothing renews them: ten years, as of a cluster's own authority. */
const VALID_FOR_MS = 10 * 365 * 24 * 3600 * 1000;

export function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SealaneError('hub/bad-file', `read ${path}`, { cause });
  }
}

/** The admin's key comes last: it says that the rest is there. */
async function makePki(folder: string): Promise<void> {
  const authority = await createAuthority('sealane-hub-authority', { validForMs: VALID_FOR_MS });
  const admin = await authority.issue({ commonName: 'admin', organizations: [ADMINS], usages: ['client'] });
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    chmodSync(join(folder, name), name.endsWith('.key') ? 0o600 : 0o644);
  };
  write('ca.key', authority.key);
  write('ca.crt', authority.certificate);
  write('admin.crt', admin.certificate);
  write('admin.key', admin.key);
}
