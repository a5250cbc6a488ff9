/** `sealane hub --listen`: an embedded API server with sealane's kinds and the hub's controllers, in one process. */
import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, startApiServer } from '#apiserver/index.ts';
import { crds } from '#api/index.ts';
import { type Clock, createLog, type Log, systemClock } from '#kit/index.ts';
import { type Access, createClient } from '#kube/index.ts';
import type { Metrics } from '#observe/index.ts';
import { runHub } from '../main.ts';
import { rightsOfKnownMembers } from './grant-rights.ts';
import { ensureHubPki, ensureTokenKey, type HubFiles, readFile } from './hub-pki.ts';
import { kubeconfigOf } from './kubeconfig-of.ts';

export interface ServeHubOptions {
  readonly address: string;
  readonly port: number;
  /** Database, certificates and the admin's kubeconfig; made when it is not there. */
  readonly dataDir: string;
  /** PEM files to use instead of those made in the data folder; then `admin` too. */
  readonly files?: HubFiles;
  /** Access of the hub's own controllers; needed with `files`. */
  readonly admin?: Pick<Access, 'ca' | 'cert' | 'key'>;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly metrics?: Metrics;
  readonly signal: AbortSignal;
  /** Called when it listens. */
  readonly onListening?: (hub: { readonly port: number; readonly kubeconfig: string }) => void;
}

/** Cluster IPs are of no use on a hub; the server asks for a range all the same. */
const SERVICE_RANGE = '10.96.0.0/16';

/** Resolves when the signal fires. @throws `apiserver/listen`, `apiserver/store`, `hub/bad-file` */
export async function serveHub(options: ServeHubOptions): Promise<void> {
  const { dataDir, address, signal, metrics, clock = systemClock, log = createLog('hub') } = options;
  const reachable = addressesOf(address)[0] ?? '127.0.0.1';
  const pki =
    options.files && options.admin ? undefined : await ensureHubPki(join(dataDir, 'pki'), addressesOf(address));
  const tls = options.files ? contents(options.files) : pki?.server;
  const admin = options.admin ?? pki?.admin;
  if (!tls || !admin) return;
  const store = openSqliteStore({ path: join(dataDir, 'hub.db') });
  const server = await startApiServer({
    address,
    port: options.port,
    tls,
    store,
    serviceRanges: [SERVICE_RANGE],
    kinds: 'hub',
    crds: crds({ role: 'hub' }),
    objects: rightsOfKnownMembers(dataDir),
    tokenKey: ensureTokenKey(join(dataDir, 'pki')),
    clock,
    log,
  });
  const access: Access = { server: `https://${reachable}:${server.port}`, ...admin };
  const kubeconfig = join(dataDir, 'admin.kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(access, 'admin'), { mode: 0o600 });
  const client = createClient(access, { clock });
  log.info({ address, port: server.port, kubeconfig }, 'hub listens');
  options.onListening?.({ port: server.port, kubeconfig });
  await runHub({ client, clock, log, signal, identity: 'embedded', ...(metrics && { metrics }) });
  client.close();
  await server.close();
  store.close();
}

function contents({ certificate, key, clientAuthority }: HubFiles): HubFiles {
  return { certificate: readFile(certificate), key: readFile(key), clientAuthority: readFile(clientAuthority) };
}

/** Where members may reach it: every address of this machine when it listens at all of them. */
function addressesOf(listened: string): string[] {
  if (listened !== '0.0.0.0') return [listened];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
}
