import { type Command, InvalidArgumentError } from 'commander';
import { runResolver } from '#agent/index.ts';
import type { ListenAddress } from '#dns/index.ts';
import type { ProcessIdentity } from '#host/index.ts';
import { metricsOption, startMetrics } from '../metrics-address.ts';
import { createLog, systemClock } from '#kit/index.ts';
import { listens } from '../listens.ts';

interface Flags {
  readonly listen: readonly ListenAddress[];
  readonly upstreamDns: readonly string[];
  readonly snapshot: string;
  readonly pinDir: string;
  readonly metricsAddress: string;
  readonly replaces?: ProcessIdentity;
}

export function register(program: Command): void {
  program
    .command('resolver', { hidden: true })
    .description('answer DNS on one node; started by the agent')
    .requiredOption('--listen <ip:port,…>', 'UDP and TCP', listens)
    .requiredOption('--upstream-dns <ip,…>', 'asked for what is not ours', (text: string) => text.split(','))
    .requiredOption('--snapshot <file>', 'what the agent knows, replaced by rename')
    .requiredOption('--pin-dir <path>', 'the agent’s pins')
    .option('--replaces <pid:start>', 'the one whose place it takes: ended once this one answers', processIdentity)
    .addOption(metricsOption('resolver'))
    .addHelpText(
      'after',
      '\nExample:\n  sealane resolver --listen 192.0.2.11:9953 --upstream-dns 10.96.0.10 --snapshot /run/sealane/east-node1/dns.json --pin-dir /sys/fs/bpf/sealane/east-node1',
    )
    .action(
      async ({ listen, upstreamDns: upstreams, snapshot: snapshotPath, pinDir, metricsAddress, replaces }: Flags) => {
        const log = createLog('resolver');
        const metrics = startMetrics('resolver', metricsAddress, log);
        await runResolver({ listen, upstreams, snapshotPath, pinDir, metrics, replaces, clock: systemClock, log });
        await new Promise(() => {}); // its sockets keep it; a signal ends it
      },
    );
}

function processIdentity(text: string): ProcessIdentity {
  const [, pid, startTime] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (!pid || !startTime) throw new InvalidArgumentError('PID:START, the second as in /proc/PID/stat');
  return { pid: Number(pid), startTime };
}
