import { type Command, Option } from 'commander';
import { DEFAULT_LANE_PORTS, DEFAULT_PROBE_PORT, DEFAULT_VIP_RANGE } from '#api/index.ts';
import { type AgentOptions, runAgent } from '#agent/index.ts';
import { createLog, parseEndpoint, SealaneError, systemClock } from '#kit/index.ts';
import { objectsFolder } from '../installation.ts';
import { metricsOption, startMetrics } from '../metrics-address.ts';
import { untilSignalled } from '../until-signalled.ts';
import { onePerFamily, rangePerFamily } from '../families.ts';
import { version } from '../version.ts';
import { portNumber, portRange } from '../port-range.ts';

/** The agent's options as commander names them. */
interface Flags extends Omit<AgentOptions, 'roles' | 'stateDir' | 'objects' | 'version' | 'metrics' | 'log' | 'clock'> {
  readonly role: AgentOptions['roles'];
  readonly stateDir?: string;
  readonly metricsAddress: string;
}

const EXAMPLE = `
Example (on a node, in its network namespace, kube-proxy left as it is):
  sealane agent --cluster east --node-name node1 --kubeconfig /etc/sealane/east.kubeconfig \\
    --cgroup /sys/fs/cgroup/kubepods.slice --pin-dir /sys/fs/bpf/sealane/east-node1 --role node,gateway \\
    --gateway-address 192.0.2.11 --gateway-device eth0 --cluster-dns 10.96.0.10 --upstream-dns 10.96.0.10 --service-proxy=false`;

export function register(program: Command): void {
  program
    .command('agent')
    .description('serve one node: hook its pods, fill the kernel tables, be a gateway, answer DNS')
    .requiredOption('--cluster <name>', 'name of this member')
    .requiredOption('--node-name <name>', 'name of this node')
    .requiredOption('--kubeconfig <file>', 'access to the local API server')
    .requiredOption('--cgroup <path>', 'cgroup v2 folder that holds the pods of this node')
    .requiredOption('--pin-dir <path>', 'folder in a BPF filesystem, this agent’s own')
    .addOption(new Option('--role <list>', 'node, gateway, or both').default(['node'], 'node').argParser(roles))
    .option('--gateway-address <ip,…>', 'where other members reach this gateway, one of a family', onePerFamily)
    .option('--gateway-device <name>', 'the device that carries those addresses')
    .requiredOption('--cluster-dns <ip,…>', 'the DNS addresses in the pods’ resolv.conf, one of a family', onePerFamily)
    .requiredOption('--upstream-dns <ip[:port],…>', 'the cluster’s own DNS servers', endpoints)
    .addOption(
      new Option('--service-proxy <bool>', 'serve every ClusterIP, in kube-proxy’s place')
        .default(false)
        .argParser(bool),
    )
    .option('--vip-range <cidr,…>', 'addresses of imported services, a range a family', rangePerFamily, [
      DEFAULT_VIP_RANGE,
    ])
    .option(
      '--lane-ports <first-last>',
      'ports of the gateway that lead to exported services',
      portRange,
      DEFAULT_LANE_PORTS,
    )
    .option('--probe-port <port>', 'UDP: where gateways answer one another’s probes', portNumber, DEFAULT_PROBE_PORT)
    .option('--state-dir <path>', 'where snapshots are kept (default: /run/sealane/<cluster>-<node>)')
    .option('--resolver-address <ip[:port],…>', 'where the node’s resolver listens, one of a family', endpoints)
    .addOption(
      new Option(
        '--events-buffer <KiB>',
        'room in the kernel for events that `sealane watch` has not read: a power of two',
      )
        .default(256 * 1024, '256')
        .argParser(bufferBytes),
    )
    .addOption(metricsOption('agent'))
    .addOption(metricsOption('resolver', '--resolver-metrics-address'))
    .addOption(metricsOption('prober', '--prober-metrics-address'))
    .addHelpText('after', EXAMPLE)
    .action(async (flags: Flags) => {
      const log = createLog('agent', { cluster: flags.cluster, node: flags.nodeName });
      const { role, stateDir = `/run/sealane/${flags.cluster}-${flags.nodeName}`, metricsAddress, ...rest } = flags;
      const agent = await runAgent({
        ...rest,
        roles: role,
        stateDir,
        objects: objectsFolder(),
        version: version(),
        metrics: startMetrics('agent', metricsAddress, log),
        clock: systemClock,
        log,
      });
      await untilSignalled(() => agent.stop());
    });
}

function roles(text: string): ('node' | 'gateway')[] {
  const all = text.split(',');
  const wrong = all.find((role) => role !== 'node' && role !== 'gateway');
  if (wrong !== undefined)
    throw new SealaneError('cli/bad-role', `read --role "${text}": "${wrong}" is none`, { hint: 'node, gateway' });
  return all as ('node' | 'gateway')[];
}

/** @throws `cli/bad-buffer` */
function bufferBytes(text: string): number {
  const kib = Number(text);
  if (/^\d{1,5}$/.test(text) && kib >= 4 && kib <= 65_536 && (kib & (kib - 1)) === 0) return kib * 1024;
  throw new SealaneError(
    'cli/bad-buffer',
    `read --events-buffer "${text}": a power of two from 4 to 65536 is expected`,
  );
}

function bool(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new SealaneError('cli/bad-flag', `read --service-proxy "${text}": true or false is expected`);
}

function endpoints(text: string): string[] {
  return text.split(',').map((one) => {
    if (parseEndpoint(one, 0)) return one;
    throw new SealaneError('cli/bad-endpoint', `read "${one}": not an address`, {
      hint: '192.0.2.11, 192.0.2.11:9953, fd00::11 or [fd00::11]:9953',
    });
  });
}
