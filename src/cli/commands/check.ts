import type { Command } from 'commander';
import { checkMachine } from '#agent/index.ts';
import { DEFAULT_LANE_PORTS, DEFAULT_PROBE_PORT, DEFAULT_VIP_RANGE } from '#api/index.ts';
import type { CheckResult } from '#explain/index.ts';
import { systemClock } from '#kit/index.ts';
import { rangePerFamily } from '../families.ts';
import { type OutputFormat, outputOption, print } from '../output.ts';
import { portNumber, portRange } from '../port-range.ts';
import { version } from '../version.ts';

interface Flags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cgroup?: string;
  readonly gatewayDevice?: string;
  readonly vipRange?: readonly string[];
  readonly lanePorts: { readonly first: number; readonly last: number };
  readonly probePort: number;
  readonly output: OutputFormat;
}

const EXAMPLE = `
Looks only: it changes nothing. Run it on the node, in its network namespace.

Examples:
  sealane check
  sealane check --cgroup /sys/fs/cgroup/kubepods.slice --kubeconfig east.kubeconfig --gateway-device eth0

Exit code 1: a check failed; warnings are none.`;

export function register(program: Command): void {
  program
    .command('check')
    .description('whether this machine, and its cluster, have what sealane needs')
    .option('--kubeconfig <file>', 'access to the cluster: its ranges, versions and clock are looked at too')
    .option('--context <name>', 'which cluster of the kubeconfig')
    .option('--cgroup <path>', 'cgroup v2 folder of the pods: who else hooks it is looked at too')
    .option('--gateway-device <name>', 'the device that lanes use (default: that of the default route)')
    .option(
      '--vip-range <cidr,…>',
      `addresses of imported services, a range a family (default: what agents of this machine have, or ${DEFAULT_VIP_RANGE})`,
      rangePerFamily,
    )
    .option('--lane-ports <first-last>', 'ports that lead to exported services', portRange, DEFAULT_LANE_PORTS)
    .option('--probe-port <port>', 'UDP: where gateways answer one another’s probes', portNumber, DEFAULT_PROBE_PORT)
    .addOption(outputOption())
    .addHelpText('after', EXAMPLE)
    .action(async ({ output, vipRange, ...flags }: Flags) => {
      const results = await checkMachine({
        ...flags,
        ...(vipRange && { vipRanges: vipRange }),
        version: version(),
        clock: systemClock,
      });
      print(output, results, ['result', 'check', 'message', 'hint'], () => results.map(row));
      const notGood = results.filter(({ result }) => result !== 'ok');
      if (output === 'table' && notGood.length > 0) {
        process.stdout.write(`\nExplained in: ${notGood.map(({ doc }) => doc).join(' ')}\n`);
      }
      if (results.some(({ result }) => result === 'fail')) process.exitCode = 1;
    });
}

function row({ result, name, message, hint }: CheckResult) {
  return { result, check: name, message, hint };
}
