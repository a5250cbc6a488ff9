/** What the kernel and the machine have to offer. */
import { cidr, type Family } from '#kit/index.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';
import type { Facts, Known, MachineFacts } from './facts.ts';

function needed(known: Known<string>, say: (value: string) => string): Finding {
  return 'value' in known ? ok(say(known.value)) : fail(known.problem, known.hint);
}

export const MACHINE_CHECKS: readonly Check[] = [
  {
    name: 'kernel',
    about: 'The hooks and maps that sealane uses are in Linux 6.1 and newer.',
    judge: ({ machine }) => needed(machine.kernel, (release) => `Linux ${release}`),
  },
  {
    name: 'btf',
    about: 'Programs are fitted to the running kernel by its type information.',
    judge: ({ machine }) => needed(machine.btf, (path) => path),
  },
  {
    name: 'libbpf',
    about: 'libbpf 1.0 or newer loads the programs.',
    judge: ({ machine }) => needed(machine.libbpf, (version) => `libbpf ${version.replace(/^v/, '')}`),
  },
  {
    name: 'cgroup',
    about: 'Hooks are attached to the cgroup v2 folder that holds the pods; cgroup v1 beside it does no harm.',
    judge: ({ machine }) => needed(machine.cgroup, (path) => `cgroup v2 at ${path}`),
  },
  {
    name: 'bpf-filesystem',
    about: 'Programs and tables are pinned there, so that they outlive the agent.',
    judge: ({ machine }) => needed(machine.bpffs, (path) => `BPF filesystem at ${path}`),
  },
  {
    name: 'privileges',
    about: 'Programs are loaded, attached and pinned by root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON.',
    judge: ({ machine: { lacking } }) =>
      lacking.length === 0 ? ok('everything needed') : fail(`missing ${lacking.join(', ')}`, 'run it as root'),
  },
  {
    name: 'foreign-programs',
    about:
      'Others may hook the same cgroup: all of them run, unless one holds a hook for itself. Those that choose backends too disagree with sealane.',
    judge: ({ machine: { foreign } }) => foreign && judgeForeign(foreign),
  },
  {
    name: 'agents',
    about:
      'An agent that the kernel refuses, or whose options do not fit, tries again and again; its node does with what it left there before, if anything.',
    judge: ({ machine }) => judgeFailures(machine),
  },
  {
    name: 'ip-forward',
    about: 'Packets of pods and lanes are forwarded between devices, in each address family that services have.',
    judge: judgeForwarding,
  },
  {
    name: 'rp-filter',
    about:
      'Strict reverse path filtering drops packets that come in by another device than answers leave by, as on a gateway with several.',
    judge: ({ machine }) => judgeReversePath(machine),
  },
  {
    name: 'mtu',
    about:
      'Packets of pods have to fit through the device that lanes use; TCP is told by its segment size, UDP has to find out.',
    judge: judgeMtu,
  },
];

const FORWARDING = { IPv4: 'net.ipv4.ip_forward', IPv6: 'net.ipv6.conf.all.forwarding' } as const;

function judgeForwarding({ wanted, machine: { forwards } }: Facts): Finding {
  const off = familiesOf(wanted).filter((family) => !forwards[family]);
  if (off.length === 0) return ok('on');
  const settings = off.map((family) => FORWARDING[family]);
  return fail(`${settings.join(' and ')}: 0`, `sysctl -w ${settings.map((one) => `${one}=1`).join(' ')}`);
}

function familiesOf({ vipRanges }: Facts['wanted']): Family[] {
  return vipRanges.map((range) => cidr(range).family);
}

function judgeForeign(foreign: NonNullable<MachineFacts['foreign']>): Finding {
  if ('problem' in foreign) return fail(foreign.problem, foreign.hint);
  if (foreign.value.length === 0) return ok('none at the hooks of the pods’ cgroup');
  const all = foreign.value.map(({ hook, programs }) => `${hook}: ${programs.join(', ')}`).join('; ');
  return warn(all, 'do they redirect connections? Then serve services with one of the two only');
}

function judgeFailures({ failures }: MachineFacts): Finding {
  if (failures.length === 0) return ok('none that could not start');
  const all = failures.map(({ agent, at, message }) => `${agent} at ${at}: ${message.split('\n')[0]}`);
  return fail(all.join('; '), 'sealane bpf shows all that was said');
}

const STRICT = 1;

function judgeReversePath({ rpFilter, gatewayDevice }: MachineFacts): Finding {
  const strict = Object.keys(rpFilter).filter((device) => rpFilter[device] === STRICT);
  if (strict.length === 0) return ok('not strict on any device');
  const hint = `sysctl -w net.ipv4.conf.all.rp_filter=2`;
  const shown = strict.slice(0, 3).join(', ') + (strict.length > 3 ? ` and ${strict.length - 3} more` : '');
  const isGateway = gatewayDevice !== undefined && strict.includes(gatewayDevice);
  return warn(`strict on ${shown}${isGateway ? '; lanes use one of them' : ''}`, hint);
}

/** What every link that carries IPv6 has to (RFC 8200 5): Linux takes IPv6 off any other. Less breaks much else, too. */
const SMALLEST_MTU = 1280;

function judgeMtu({ wanted, machine: { devices, gatewayDevice } }: Facts): Finding | undefined {
  const gateway = devices.find(({ name }) => name === gatewayDevice);
  if (!gateway) return gatewayDevice === undefined ? undefined : fail(`no device ${gatewayDevice} is up`, 'ip link');
  const { name, mtu } = gateway;
  if (mtu < SMALLEST_MTU) {
    const say = familiesOf(wanted).includes('IPv6') ? fail : warn;
    return say(`${name} carries ${mtu} bytes only`, `is a tunnel too much below ${name}? IPv6 needs ${SMALLEST_MTU}`);
  }
  const larger = devices.filter((device) => device.mtu > mtu && device.name !== 'lo');
  const [first] = larger.toSorted((a, b) => b.mtu - a.mtu);
  if (!first) return ok(`${name} carries ${mtu} bytes, no device more`);
  return warn(
    `${name} carries ${mtu} bytes, ${first.name} ${first.mtu}`,
    `large UDP packets of pods do not fit: set the MTU of pods to ${mtu}`,
  );
}
