import type { Command } from 'commander';
import { createLog, ip, type Log, SealaneError } from '#kit/index.ts';
import { type Client, createClient, readKubeconfig } from '#kube/index.ts';
import { metricsOption, startMetrics } from '../metrics-address.ts';
import { seconds } from '../seconds.ts';
import { type Admission, memberCredentials, runHub, serveAdmission, serveHub } from '#hub/index.ts';

interface Flags {
  readonly kubeconfig?: string;
  readonly listen?: { readonly address: string; readonly port: number };
  readonly dataDir?: string;
  readonly maxHold: number;
  readonly admissionListen?: { readonly address: string; readonly port: number };
  readonly admissionCert?: string;
  readonly admissionKey?: string;
  readonly metricsAddress: string;
}

export function register(program: Command): void {
  const hub = program
    .command('hub')
    .description('keep what members share: namespaces, removed members, Karmada’s clusters')
    .option('--kubeconfig <file>', 'beside this API server')
    .option('--listen <ip:port>', 'with an API server of its own, which serves sealane’s kinds', endpoint)
    .option('--data-dir <path>', 'its database and certificates, and admin.kubeconfig')
    .option(
      '--max-hold <seconds>',
      'how long what Karmada evicts is held, at most, until its cluster is drained; 0: not at all',
      seconds,
      600,
    )
    .option(
      '--admission-listen <ip:port>',
      'answer Karmada’s reviews of ResourceBindings here: evictions are held as they are made',
      endpoint,
    )
    .option('--admission-cert <file>', 'its certificate, PEM')
    .option('--admission-key <file>', 'its key, PEM')
    .addOption(metricsOption('hub'))
    .addHelpText(
      'after',
      '\nExamples:\n  sealane hub --kubeconfig hub.kubeconfig\n  sealane hub --listen 192.0.2.5:6443 --data-dir /var/lib/sealane-hub',
    )
    .action(run);
  hub
    .command('credentials')
    .description('write a member’s access to a hub with an API server of its own, and print the path')
    .argument('<member>', 'name of the member')
    .option('--data-dir <path>', 'the hub’s; it has been started with it before')
    .option('--server <url>', 'where the member reaches the hub, if it is not where the hub listens')
    .addHelpText('after', '\nExample:\n  sealane hub credentials east --data-dir /var/lib/sealane-hub')
    .action(credentials);
}

/** Commander gives an option that both commands have to the outer one. */
async function credentials(member: string, _: unknown, command: Command): Promise<void> {
  const { dataDir, server } = command.optsWithGlobals<{ readonly dataDir?: string; readonly server?: string }>();
  if (!dataDir) throw new SealaneError('cli/bad-flag', `make credentials of ${member}: --data-dir is needed`);
  process.stdout.write(`${await memberCredentials({ dataDir, member, ...(server && { server }) })}\n`);
}

async function run(flags: Flags): Promise<void> {
  const { kubeconfig, listen, dataDir, maxHold, metricsAddress } = flags;
  const log = createLog('hub');
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const common = () => ({ log, metrics: startMetrics('hub', metricsAddress, log), signal: stop.signal });
  if (listen && dataDir && !kubeconfig) return serveHub({ ...listen, dataDir, ...common() });
  if (kubeconfig && !listen) {
    const client = createClient(readKubeconfig(kubeconfig));
    const admission = await reviewing(flags, client, log);
    await runHub({ client, maxHoldMs: 1000 * maxHold, ...common() });
    return admission?.close();
  }
  throw new SealaneError('cli/bad-flag', 'start the hub: --kubeconfig, or --listen with --data-dir, is needed');
}

/** Undefined: nobody asked for it. */
async function reviewing(
  { admissionListen, admissionCert, admissionKey }: Flags,
  client: Client,
  log: Log,
): Promise<Admission | undefined> {
  if (!admissionListen) return undefined;
  if (!admissionCert || !admissionKey)
    throw new SealaneError(
      'cli/bad-flag',
      'start the hub: --admission-listen needs --admission-cert and --admission-key',
    );
  return serveAdmission({
    ...admissionListen,
    certificateFile: admissionCert,
    keyFile: admissionKey,
    client,
    log,
  });
}

/** @throws `kit/bad-address`, `cli/bad-endpoint` */
function endpoint(text: string): { address: string; port: number } {
  const [address = '', port = ''] = text.split(':');
  ip(address);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new SealaneError('cli/bad-endpoint', `read "${text}"`, { hint: 'such as 192.0.2.5:6443' });
  }
  return { address, port: Number(port) };
}
