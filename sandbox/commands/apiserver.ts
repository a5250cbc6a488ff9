import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { crds } from '#api/index.ts';
import { openSqliteStore, startApiServer } from '#apiserver/index.ts';
import { compatCrds } from '#compat/index.ts';
import { createLog, systemClock } from '#kit/index.ts';
import { propagationCrds } from '#sandbox/karmada/index.ts';
import type { ApiServerConfig } from '#sandbox/supervise/index.ts';
import { readConfig } from './options.ts';

export function register(program: Command): void {
  program
    .command('apiserver', { hidden: true })
    .description('serve one cluster’s API')
    .requiredOption('--config <file>', 'JSON')
    .action(({ config }: { config: string }) => run(readConfig<ApiServerConfig>(config)));
}

async function run(config: ApiServerConfig): Promise<void> {
  const { name, role, address, port, database, serviceRange, kubeletSocket } = config;
  const log = createLog('apiserver', { cluster: name });
  const shared = [...crds({ role: 'hub' }), ...crds({ role: 'member' }), ...compatCrds()];
  const server = await startApiServer({
    address,
    port,
    tls: {
      certificate: readFileSync(config.certificateFile, 'utf8'),
      key: readFileSync(config.keyFile, 'utf8'),
      clientAuthority: readFileSync(config.clientAuthorityFile, 'utf8'),
    },
    store: openSqliteStore({ path: database }),
    serviceRange,
    crds: role === 'hub' ? [...shared, ...propagationCrds()] : shared,
    ...(kubeletSocket && { kubeletSocket }),
    clock: systemClock,
    log,
  });
  log.info({ address, port: server.port }, 'serving');
}
