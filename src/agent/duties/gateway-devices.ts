/**
 * The devices that pods of this node answer by: taken in as they come, let go of as they go. A node makes and removes one with
 * every pod, so what is left of those that went would fill the tables.
 */
import { existsSync, readFileSync } from 'node:fs';
import { ipJson } from '#host/index.ts';
import {
  attachTc,
  detachFilter,
  detachPinnedLink,
  type Link,
  listLinks,
  type Program,
  type TypedMap,
} from '#kernel/index.ts';
import { type Address, type Family, ip, type Log } from '#kit/index.ts';

interface DeviceAddress {
  readonly family: string;
  readonly local: string;
  readonly scope?: string;
}

export interface Device {
  readonly ifindex: number;
  readonly ifname: string;
  readonly mtu: number;
  readonly addr_info?: readonly DeviceAddress[];
  readonly linkinfo?: { readonly info_slave_kind?: string };
}

export interface GatewayDevicesOptions {
  /** One of each family that the gateway has an address of. */
  readonly programs: Readonly<Partial<Record<Family, Program>>>;
  /** Source address of a family that pods behind a device see, by the device's index. */
  readonly sources: TypedMap<SourceKey, { readonly addr: Address }>;
  readonly pinDir: string;
  /** Index of a device by which no pod is reached. */
  readonly except: number | undefined;
  readonly log: Log;
}

/** Of the kernel's socket families. */
const FAMILIES = { IPv4: 2, IPv6: 10 } as const;
const EITHER = ['IPv4', 'IPv6'] as const;

export interface SourceKey {
  readonly ifindex: number;
  readonly family: number;
}

const PIN = /^back6?-(\d+)$/; // by index: pins may not have a dot in their names, devices may

export class GatewayDevices {
  readonly #options: GatewayDevicesOptions;
  readonly #attached = new Map<number, readonly Link[]>();
  /** Ports of bridges that have no filter of ours. */
  #clear: ReadonlySet<number> = new Set();
  #seen = '';
  /** A device gets its address after its name: the turn after a change looks once more. */
  #settled = false;

  constructor(options: GatewayDevicesOptions) {
    this.#options = options;
  }

  /** To be called now and then; costs one small file when nothing has changed. */
  async follow(): Promise<void> {
    const list = deviceList();
    const changed = list !== this.#seen;
    if (!changed && this.#settled) return;
    this.#seen = ''; // until all has been done
    const present = await devices();
    this.#letGo(present);
    this.#clearPorts(present);
    this.#takeInAll(present);
    this.#seen = list;
    this.#settled = !changed;
  }

  /** One that is gone again already, or refuses, does not keep the others waiting. @throws what went wrong first */
  #takeInAll(present: readonly Device[]): void {
    const faults: unknown[] = [];
    for (const device of present) {
      try {
        this.#takeIn(device);
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  }

  #takeIn(device: Device): void {
    const { sources, log } = this.#options;
    const { ifindex, ifname, addr_info } = device;
    for (const family of EITHER) {
      const address = addr_info?.find((one) => isOf(one, family))?.local;
      if (address) sources.put({ ifindex, family: FAMILIES[family] }, { addr: ip(address) });
    }
    if (!this.#isWay(device) || this.#attached.has(ifindex)) return;
    this.#attached.set(ifindex, this.#attach(ifindex));
    log.debug({ device: ifname }, 'replies of pods are taken in at device');
  }

  /** What comes in by a port of a bridge comes in by the bridge once more. */
  #isWay(device: Device): boolean {
    return device.ifname !== 'lo' && device.ifindex !== this.#options.except && !isPort(device);
  }

  #attach(ifindex: number): Link[] {
    const { programs, pinDir } = this.#options;
    const { IPv4: four, IPv6: six } = programs;
    const pin = (name: string) => `${pinDir}/links/${name}-${ifindex}`;
    return [
      ...(four ? [attachTc(four, ifindex, 'ingress', { pin: pin('back'), filter: 'IPv4' })] : []),
      ...(six ? [attachTc(six, ifindex, 'ingress', { pin: pin('back6'), filter: 'IPv6' })] : []),
    ];
  }

  /**
   * Of devices that went, and of those that became a port of a bridge after they were taken in; what an earlier process left of
   * such a device goes too.
   */
  #letGo(present: readonly Device[]): void {
    const { sources, pinDir } = this.#options;
    const indexes = new Set(present.map(({ ifindex }) => ifindex));
    const ways = new Set(present.filter((device) => this.#isWay(device)).map(({ ifindex }) => ifindex));
    for (const name of listLinks(pinDir).keys()) {
      const index = Number(PIN.exec(name)?.[1] ?? Number.NaN);
      if (!Number.isNaN(index) && !ways.has(index)) detachPinnedLink(`${pinDir}/links/${name}`);
    }
    for (const [index, links] of this.#attached) {
      if (ways.has(index)) continue;
      for (const link of links) link.close();
      this.#attached.delete(index);
    }
    sources.deleteAll([...sources.entries()].map(([key]) => key).filter(({ ifindex }) => !indexes.has(ifindex)));
  }

  /** By clsact there are no pins to go by, and to close a link changes nothing: each port is looked at, once. */
  #clearPorts(present: readonly Device[]): void {
    const ports = present.filter((device) => isPort(device) && device.ifindex !== this.#options.except);
    const indexes = new Set(ports.map(({ ifindex }) => ifindex));
    for (const index of indexes.difference(this.#clear))
      for (const filter of EITHER) detachFilter(index, 'ingress', filter);
    this.#clear = indexes;
  }
}

function isPort({ linkinfo }: Device): boolean {
  return linkinfo?.info_slave_kind === 'bridge';
}

/** A link-local address means another place behind each device: no pod answers to it. */
function isOf({ family, scope }: DeviceAddress, wanted: Family): boolean {
  return family === (wanted === 'IPv4' ? 'inet' : 'inet6') && scope !== 'link';
}

/** Every device of this network namespace, with its addresses. */
export function devices(): Promise<Device[]> {
  return ipJson<Device>(['-details', 'address', 'show']);
}

/**
 * The kernel's list of this namespace's devices with their indexes: a pod made again may have a device of the same name. Reading
 * it costs no process. Not every kernel has the second file.
 */
function deviceList(): string {
  const names = lines('/proc/self/net/dev').map((line) => line.split(':')[0]?.trim());
  const indexes = existsSync(INDEXES) ? lines(INDEXES).filter((line) => /^\d/.test(line)) : [];
  return [...names, ...indexes.map((line) => line.split(':')[0])].join(' ');
}

const INDEXES = '/proc/self/net/igmp';

function lines(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n');
}
