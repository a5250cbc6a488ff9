import type { Command } from 'commander';
import { runProber } from '#agent/index.ts';
import { createLog, systemClock } from '#kit/index.ts';
import { listens } from '../listens.ts';
import { metricsOption, startMetrics } from '../metrics-address.ts';

interface Flags {
  readonly cluster: string;
  readonly listen: readonly { readonly address: string; readonly port: number }[];
  readonly targets: string;
  readonly report: string;
  readonly numbers: string;
  readonly pinDir: string;
  readonly metricsAddress: string;
}

export function register(program: Command): void {
  program
    .command('prober', { hidden: true })
    .description('watch the gateways of other members from one gateway; started by the agent')
    .requiredOption('--cluster <name>', 'name of this member')
    .requiredOption('--listen <ip:port,…>', 'where probes leave from, UDP', listens)
    .requiredOption('--targets <file>', 'whom to ask, replaced by rename')
    .requiredOption('--report <file>', 'what was found out')
    .requiredOption('--numbers <file>', 'names of clusters by their numbers in the kernel')
    .requiredOption('--pin-dir <path>', 'the agent’s pins')
    .addOption(metricsOption('prober'))
    .addHelpText(
      'after',
      '\nExample:\n  sealane prober --cluster east --listen 192.0.2.11:9959 --targets /run/sealane/east-node1/probe-targets.json --report /run/sealane/east-node1/probe-report.json --numbers /run/sealane/east-node1/clusters.json --pin-dir /sys/fs/bpf/sealane/east-node1',
    )
    .action(async ({ targets, report, numbers, metricsAddress, ...flags }: Flags) => {
      const log = createLog('prober', { cluster: flags.cluster });
      const metrics = startMetrics('prober', metricsAddress, log);
      runProber({
        ...flags,
        targetsPath: targets,
        verdictsPath: report,
        numbersPath: numbers,
        metrics,
        clock: systemClock,
        log,
      });
      await new Promise(() => {}); // its timers keep it; a signal ends it
    });
}
