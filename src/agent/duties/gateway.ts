/**
 * The gateway role: lane ports of this node lead to ready pods of this cluster. One program on the device that lanes come in by,
 * one on every other device, where the pods' replies come in.
 */
import { type Clock, every, ip, type Log, SealaneError } from '#kit/index.ts';
import { attachTc, type BpfMap, loadObject, objects, tableOf, tables as kernelTables } from '#kernel/index.ts';
import type { LocalService, OwnExport } from '#plan/index.ts';
import { gatewayModel } from '#plan/index.ts';
import { laneMaps } from '../apply/kernel-maps.ts';
import { LaneTables } from '../apply/lane-tables.ts';
import { type Device, devices, GatewayDevices } from './gateway-devices.ts';

export interface GatewayOptions {
  readonly objects: string;
  readonly pinDir: string;
  readonly address: string;
  readonly device: string;
  /** Whether the pods of other nodes are reached through the lane's own device. Asked when all else is ready. */
  readonly oneDevice: () => Promise<boolean>;
  readonly lanePorts: { readonly first: number; readonly last: number };
  readonly clock: Clock;
  readonly log: Log;
}

export interface GatewayDuty {
  /** Brings the lanes to what is exported here and ready now. */
  apply(exports: readonly OwnExport[], services: readonly LocalService[]): void;
  /** Packets are translated from now on; new devices are taken in as they come. */
  attach(): Promise<void>;
  stop(): void;
}

const DEVICES_MS = 500;
const TCP_IP_HEADERS = 40;
const ONE_DEVICE = 1;

/** @throws `agent/gateway-address` when the device does not carry the address */
export async function startGateway(options: GatewayOptions): Promise<GatewayDuty> {
  const { pinDir, clock, log, lanePorts } = options;
  const rodata = { lane_port_first: lanePorts.first, lane_port_last: lanePorts.last };
  const incoming = loadObject(`${options.objects}/${objects['gateway-in'].file}`, { pinDir, rodata });
  const back = loadObject(`${options.objects}/${objects['gateway-back'].file}`, { pinDir });
  const maps = { map: (name: string): BpfMap => incoming.map(name) };
  const uplink = uplinkOf(await devices(), options);
  const tables = new LaneTables(laneMaps(maps), uplink.mtu - TCP_IP_HEADERS, clock);
  let stop = () => {};

  return {
    apply(exports, services) {
      const address = ip(options.address);
      tables.replace(
        gatewayModel(exports, services).map(({ lanePort, protocol, pods }) => ({
          address,
          port: lanePort,
          protocol: protocol === 'UDP' ? 'UDP' : 'TCP',
          pods: pods.map((pod) => ({ address: ip(pod.address), port: pod.port })),
        })),
      );
    },
    async attach() {
      const oneDevice = await options.oneDevice();
      const podDevices = new GatewayDevices({
        program: back.program('gateway_back'),
        sources: tableOf(maps, kernelTables.snat_addrs),
        pinDir,
        except: oneDevice ? undefined : uplink.ifindex,
        log,
      });
      const state = {
        addr: ip(options.address),
        ifindex: uplink.ifindex,
        flags: oneDevice ? ONE_DEVICE : 0,
        spare: 0,
      };
      tableOf(maps, kernelTables.gateway).put(0, state);
      attachTc(incoming.program('gateway_in'), uplink.ifindex, 'ingress', { pin: `${pinDir}/links/gateway-in` });
      await podDevices.follow();
      stop = every(clock, DEVICES_MS, () =>
        podDevices.follow().catch((error: unknown) => log.warn({ err: error }, 'devices not read, tried again')),
      );
    },
    stop: () => stop(),
  };
}

function uplinkOf(all: readonly Device[], { device, address }: GatewayOptions): Device {
  const found = all.find(({ ifname }) => ifname === device);
  if (found?.addr_info?.some(({ local }) => local === address)) return found;
  throw new SealaneError('agent/gateway-address', `be a gateway at ${address}: device ${device} does not carry it`, {
    hint: `ip addr show dev ${device}`,
  });
}
