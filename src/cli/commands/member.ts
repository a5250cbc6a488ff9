import type { Command } from 'commander';
import { DEFAULT_LANE_PORTS, DEFAULT_VIP_RANGE } from '#api/index.ts';
import { createLog } from '#kit/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import { runMember } from '#member/index.ts';
import { rangePerFamily, ranges } from '../families.ts';
import { metricsOption, startMetrics } from '../metrics-address.ts';
import { portRange } from '../port-range.ts';
import { version } from '../version.ts';

interface Flags {
  readonly cluster: string;
  readonly kubeconfig: string;
  readonly hubKubeconfig: string;
  readonly vipRange: readonly string[];
  readonly lanePorts: { readonly first: number; readonly last: number };
  readonly podRanges?: readonly string[];
  readonly derivedServices: boolean;
  readonly takeover: boolean;
  readonly metricsAddress: string;
}

export function register(program: Command): void {
  program
    .command('member')
    .description('keep one cluster’s exports and imports')
    .requiredOption('--cluster <name>', 'name of this member')
    .requiredOption('--kubeconfig <file>', 'access to this cluster’s API server')
    .requiredOption('--hub-kubeconfig <file>', 'access to the hub’s')
    .option('--vip-range <cidr,…>', 'addresses given to imported services, a range a family', rangePerFamily, [
      DEFAULT_VIP_RANGE,
    ])
    .option('--lane-ports <first-last>', 'ports given to exported services', portRange, DEFAULT_LANE_PORTS)
    .option('--pod-ranges <cidr,...>', 'where pods have addresses (default: as the Nodes say)', ranges)
    .option('--derived-services', 'make a Service for each import, for pods that no hook sees', false)
    .option('--takeover', 'take over a name that another cluster has used', false)
    .addOption(metricsOption('member'))
    .addHelpText(
      'after',
      '\nExample:\n  sealane member --cluster east --kubeconfig east.kubeconfig --hub-kubeconfig hub.kubeconfig',
    )
    .action(run);
}

async function run({ kubeconfig, hubKubeconfig, vipRange, metricsAddress, ...options }: Flags): Promise<void> {
  const log = createLog('member', { cluster: options.cluster });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  await runMember({
    ...options,
    vipRanges: vipRange,
    version: version(),
    client: createClient(readKubeconfig(kubeconfig)),
    hub: createClient(readKubeconfig(hubKubeconfig)),
    log,
    metrics: startMetrics('member', metricsAddress, log),
    signal: stop.signal,
  });
}
