/** One API server of the sandbox, as its configuration says. */
import { readFileSync } from 'node:fs';
import { openSqliteStore, startApiServer } from '#apiserver/index.ts';
import { createLog, systemClock } from '#kit/index.ts';
import type { ApiServerConfig } from './apiserver-config.ts';
import { hubRights, memberRights } from './rights.ts';
import { installedKinds } from './installed-kinds.ts';

/** Serves until SIGTERM or SIGINT. @throws `apiserver/listen`, `apiserver/store` */
export async function runApiServer(config: ApiServerConfig): Promise<void> {
  const log = createLog('apiserver', { cluster: config.name });
  const { address, port, serviceRanges, kubeletSocket } = config;
  const store = openSqliteStore({ path: config.database });
  const server = await startApiServer({
    address,
    port,
    serviceRanges,
    tls: {
      certificate: readFileSync(config.certificateFile, 'utf8'),
      key: readFileSync(config.keyFile, 'utf8'),
      clientAuthority: readFileSync(config.clientAuthorityFile, 'utf8'),
    },
    store,
    tokenKey: readFileSync(config.tokenKeyFile, 'utf8'),
    crds: installedKinds(config.role),
    objects: config.role === 'hub' ? hubRights(config.members ?? []) : memberRights(),
    ...(kubeletSocket === undefined ? {} : { kubeletSocket }),
    clock: systemClock,
    log,
  });
  log.info({ port: server.port }, 'serving');
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void server.close().then(() => store.close()));
}
