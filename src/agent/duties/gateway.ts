/**
 * The gateway role: lane ports of this node lead to ready pods of this cluster. One program on the device that lanes come in by,
 * one on every other device, where the pods' replies come in.
 */
import { type Clock, every, type Family, familyOf, ip, type Log, SealaneError } from '#kit/index.ts';
import {
  attachTc,
  type BpfMap,
  type GatewayPrograms,
  loadGatewayInTurns,
  type Program,
  tableOf,
  tables as kernelTables,
} from '#kernel/index.ts';
import type { Lane, LocalService, OwnExport } from '#plan/index.ts';
import { gatewayModel } from '#plan/index.ts';
import { laneMaps } from '../apply/kernel-maps.ts';
import { LaneTables } from '../apply/lane-tables.ts';
import { desiredLanes } from '../compile/desired-lanes.ts';
import { type Device, devices, GatewayDevices } from './gateway-devices.ts';
import { readSnat, type SnatReport } from './snat.ts';

export interface GatewayOptions {
  readonly objects: string;
  readonly pinDir: string;
  /** Where other members reach it: one of each family that it serves, at least one. */
  readonly addresses: readonly string[];
  readonly device: string;
  /** Whether the pods of other nodes are reached through the lane's own device. Asked when all else is ready. */
  readonly oneDevice: () => Promise<boolean>;
  readonly lanePorts: { readonly first: number; readonly last: number };
  /** Sizes of tables, other than by default. */
  readonly maxEntries: Readonly<Record<string, number>>;
  /** UDP; the kernel answers there. */
  readonly probePort: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface GatewayDuty {
  /** Brings the lanes to what is exported here and ready now. */
  apply(exports: readonly OwnExport[], services: readonly LocalService[]): void;
  /** Packets are translated from now on; new devices are taken in as they come. */
  attach(): Promise<void>;
  /** What is served now. */
  lanes(): readonly Lane[];
  /** Source ports in use towards each lane's fullest pod, how many there are, and flows in use; reads every flow. */
  snat(): Promise<SnatReport>;
  /** Entries in use of the tables that it writes. */
  use(): Readonly<Record<string, number>>;
  stop(): void;
}

const DEVICES_MS = 500;
const TCP_IP_HEADERS: Readonly<Record<Family, number>> = { IPv4: 40, IPv6: 60 };
const ONE_DEVICE = 1;

/** @throws `agent/gateway-address` when the device does not carry the address */
export async function startGateway(options: GatewayOptions): Promise<GatewayDuty> {
  const { pinDir, clock, log, lanePorts, probePort, maxEntries } = options;
  const rodata = { lane_port_first: lanePorts.first, lane_port_last: lanePorts.last, probe_port: probePort };
  const addresses = options.addresses.map(ip);
  const programs: GatewayPrograms[] = [];
  for (const address of addresses)
    programs.push(await loadGatewayInTurns(familyOf(address), options.objects, { pinDir, rodata, maxEntries }, clock));
  const maps = { map: (name: string): BpfMap => (programs[0] as GatewayPrograms).object.map(name) };
  const uplink = uplinkOf(await devices(), options);
  const tables = new LaneTables(laneMaps(maps), (family) => uplink.mtu - TCP_IP_HEADERS[family], clock);
  let stop = () => {};
  let lanes: readonly Lane[] = [];

  return {
    apply(exports, services) {
      lanes = gatewayModel(exports, services);
      tables.replace(desiredLanes(addresses, lanes));
    },
    async attach() {
      const oneDevice = await options.oneDevice();
      const podDevices = new GatewayDevices({
        programs: Object.fromEntries(programs.map(({ family, back }) => [family, back])),
        sources: tableOf(maps, kernelTables.snat_addrs),
        pinDir,
        except: oneDevice ? undefined : uplink.ifindex,
        log,
      });
      const own = (family: Family) => addresses.find((address) => familyOf(address) === family) ?? 0n;
      const flags = oneDevice ? ONE_DEVICE : 0;
      const { ifindex } = uplink;
      tableOf(maps, kernelTables.gateway).put(0, { ipv4: own('IPv4'), ipv6: own('IPv6'), ifindex, flags });
      const pinOf = ({ name }: Program) => `${pinDir}/links/${name.replace('_', '-')}`;
      for (const { family, incoming, echo } of programs) {
        attachTc(incoming, ifindex, 'ingress', { pin: pinOf(incoming), filter: family });
        attachTc(echo, ifindex, 'ingress', { pin: pinOf(echo), filter: `${family} echo` });
      }
      await podDevices.follow();
      stop = every(clock, DEVICES_MS, () =>
        podDevices.follow().catch((error: unknown) => log.warn({ err: error }, 'devices not read, tried again')),
      );
    },
    lanes: () => lanes,
    snat: () => readSnat(programs, lanes, clock),
    use: () => tables.use(),
    stop: () => stop(),
  };
}

function uplinkOf(all: readonly Device[], { device, addresses }: GatewayOptions): Device {
  const found = all.find(({ ifname }) => ifname === device);
  const missing = addresses.find((address) => !found?.addr_info?.some(({ local }) => local === address));
  if (found && missing === undefined) return found;
  const address = missing ?? addresses.join(', ');
  throw new SealaneError('agent/gateway-address', `be a gateway at ${address}: device ${device} does not carry it`, {
    hint: `ip addr show dev ${device}`,
  });
}
