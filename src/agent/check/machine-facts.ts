/** Looks at the machine, in the network namespace that it is called in; changes nothing. */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Known, MachineFacts } from '#explain/index.ts';
import { BPF_FOLDER, cgroup2Mount, ipJson } from '#host/index.ts';
import {
  HOOKS,
  isBpfFilesystem,
  KERNEL_BTF,
  libbpfVersion,
  listCgroupPrograms,
  listLinks,
  objects,
  requireKernel,
} from '#kernel/index.ts';
import { formatRange, messageOf, rangeOf, SealaneError } from '#kit/index.ts';
import { loadFailure } from '../duties/load-failure.ts';
import { registrations } from '../duties/register.ts';
import { ownSockets } from './own-sockets.ts';
import { lackingIn, portRangeIn, portsIn } from './parse-proc.ts';

export interface MachineQuestion {
  /** cgroup v2 folder of the pods. */
  readonly cgroup?: string;
  /** By default the device of the default route. */
  readonly gatewayDevice?: string;
}

interface Route {
  readonly dst: string;
  readonly dev?: string;
}

export async function machineFacts({ cgroup, gatewayDevice }: MachineQuestion): Promise<MachineFacts> {
  const [four, six, links] = await Promise.all([
    ipJson<Route>(['-4', 'route', 'show']),
    ipJson<Route>(['-6', 'route', 'show']),
    ipJson<{ ifname: string; mtu: number }>(['link', 'show', 'up']),
  ]);
  const routes = [...four, ...six];
  const lanes = gatewayDevice ?? routes.find(({ dst }) => dst === 'default')?.dev;
  return {
    kernel: known(() => {
      requireKernel({ btf: '/proc/self' }); // its version only
      return release();
    }),
    btf: known(() => {
      requireKernel({ release: '999.0' }); // its type information only
      return KERNEL_BTF;
    }),
    libbpf: known(libbpfVersion),
    cgroup: known(() => writable(cgroup2Mount())),
    bpffs: known(bpfFilesystem),
    lacking: lackingIn(readFileSync('/proc/self/status', 'utf8')),
    ...(cgroup !== undefined && { foreign: known(() => foreignAt(cgroup)) }),
    failures: failures(),
    ports: portsInUse(),
    routes: routes.flatMap(({ dst, dev = '' }) =>
      dst === 'default' ? [] : { range: formatRange(rangeOf(dst)), device: dev },
    ),
    forwards: { IPv4: isOn('net/ipv4/ip_forward'), IPv6: isOn('net/ipv6/conf/all/forwarding') },
    localPorts: portRangeIn(setting('net/ipv4/ip_local_port_range')),
    rpFilter: reversePathFilters(),
    devices: links.map(({ ifname, mtu }) => ({ name: ifname, mtu })),
    ...(lanes !== undefined && { gatewayDevice: lanes }),
  };
}

export function known<T>(find: () => T): Known<T> {
  try {
    return { value: find() };
  } catch (error) {
    return problemOf(error);
  }
}

export function problemOf(error: unknown): { readonly problem: string; readonly hint?: string } {
  const hint = error instanceof SealaneError ? error.hint : undefined;
  const text = messageOf(error);
  // The message ends with the hint in brackets.
  return hint === undefined ? { problem: text } : { problem: text.replace(` (${hint})`, ''), hint };
}

function writable(folder: string): string {
  try {
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (cause) {
    throw new SealaneError('agent/read-only', `write below ${folder}`, {
      cause,
      hint: 'run it as root on the node itself',
    });
  }
}

function bpfFilesystem(): string {
  if (isBpfFilesystem(BPF_FOLDER)) return BPF_FOLDER;
  throw new SealaneError('agent/no-bpffs', `find a BPF filesystem at ${BPF_FOLDER}: not mounted`, {
    hint: `mount -t bpf bpf ${BPF_FOLDER}`,
  });
}

/** Programs at our hooks that no agent of this machine has put there. */
function foreignAt(cgroup: string): { hook: string; programs: string[] }[] {
  const ours = new Set(
    registrations().flatMap(({ pinDir }) => [...listLinks(pinDir).values()].map(({ programId }) => programId)),
  );
  const hooks = HOOKS.flatMap((name) => Object.values(objects[name].programs));
  return hooks.flatMap(({ section, attachType }) => {
    const others = listCgroupPrograms(cgroup, attachType).filter(({ id }) => !ours.has(id));
    const programs = others.map(({ name, id }) => `${name} (program ${id})`);
    return programs.length > 0 ? { hook: section.replace('cgroup/', ''), programs } : [];
  });
}

function failures(): MachineFacts['failures'] {
  return registrations().flatMap(({ cluster, node, stateDir }) => {
    const failure = loadFailure(stateDir);
    return failure ? [{ agent: `${cluster}/${node}`, at: failure.at, message: failure.message }] : [];
  });
}

function portsInUse(): { port: number; protocol: string }[] {
  const own = ownSockets(registrations().map(({ stateDir }) => stateDir));
  return (['tcp', 'udp'] as const).flatMap((protocol) =>
    [protocol, `${protocol}6`]
      .map((file) => `/proc/net/${file}`)
      .filter((path) => existsSync(path)) // without IPv6 there is one only
      .flatMap((path) => portsIn(readFileSync(path, 'utf8'), protocol, own).map((port) => ({ port, protocol }))),
  );
}

/** The kernel takes the higher of the device's and of `all`. */
function reversePathFilters(): Record<string, number> {
  const valueOf = (device: string) => Number(setting(`net/ipv4/conf/${device}/rp_filter`));
  const all = valueOf('all');
  const devices = readdirSync('/proc/sys/net/ipv4/conf').filter((name) => !['all', 'default', 'lo'].includes(name));
  return Object.fromEntries(devices.map((device) => [device, Math.max(all, valueOf(device))]));
}

/** What is not there, as without IPv6, is not on. */
function isOn(path: string): boolean {
  return existsSync(`/proc/sys/${path}`) && setting(path) === '1';
}

function setting(path: string): string {
  return readFileSync(`/proc/sys/${path}`, 'utf8').trim();
}
