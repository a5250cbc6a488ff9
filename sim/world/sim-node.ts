/** A node: tables that outlive its agent, and the agent, which is the product's own over tables in memory. */
import {
  ConnectDuty,
  ConnectTables,
  desiredLanes,
  followView,
  keepLease,
  LaneTables,
  memoryLaneMaps,
  memoryMaps,
  watchCluster,
} from '#agent/index.ts';
import { ip, silentLog } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { createMetrics } from '#observe/index.ts';
import { type DnsSnapshot, gatewayModel, type Lane } from '#plan/index.ts';
import type { SimProcess } from './process.ts';

export type Tables = 'connect' | 'lanes';

export interface NodeOptions {
  readonly cluster: string;
  readonly name: string;
  /** Where other members reach it. */
  readonly gatewayAddress: string;
  /** Told when anything in its tables changes, those of calls or those of lanes. */
  readonly onTables: (which: Tables) => void;
}

const TABLE_SIZE = 2 ** 16;
const LANE_SIZE = 4_096;
const SEGMENT_BYTES = 1_460;

export class SimNode {
  readonly options: NodeOptions;
  connect: ReturnType<typeof memoryMaps>;
  lanes: ReturnType<typeof memoryLaneMaps>;
  snapshot: DnsSnapshot | undefined;
  process: SimProcess | undefined;
  /** How often something has changed in them. */
  readonly changes: Record<Tables, number> = { connect: 0, lanes: 0 };
  #stop: (() => void) | undefined;

  constructor(options: NodeOptions) {
    this.options = options;
    this.connect = this.#connectMaps();
    this.lanes = this.#laneMaps();
  }

  get running(): boolean {
    return this.process?.alive ?? false;
  }

  /** Everything that the kernel held is gone. */
  reboot(): void {
    this.kill();
    this.connect = this.#connectMaps();
    this.lanes = this.#laneMaps();
    this.snapshot = undefined;
    this.#note('connect');
    this.#note('lanes');
  }

  kill(): void {
    this.#stop?.();
    this.process?.kill();
    this.process = undefined;
  }

  start(process: SimProcess, client: Client): void {
    this.process = process;
    void this.#run(process, client);
  }

  async #run(process: SimProcess, client: Client): Promise<void> {
    const { cluster, name, gatewayAddress } = this.options;
    const { clock } = process;
    const log = silentLog;
    const view = watchCluster(client, { clock, log }, name);
    const applied: Record<string, number> = {};
    const gateway = { name, address: gatewayAddress, addresses: [gatewayAddress], device: 'eth0' };
    let inStep = false;
    const content = {
      node: name,
      version: 'sim',
      gateway,
      applied: () => applied,
      fullTables: () => ({}),
      verdicts: () => undefined,
      drains: () => ({}),
      ready: () => inStep,
    };
    const lease = keepLease(client, content, clock, log);
    this.#stop = () => {
      lease.stop();
      view.stop();
    };
    await view.whenSynced(new AbortController().signal);
    const tables = await ConnectTables.adopt(this.connect, clock);
    let led: readonly Lane[] = [];
    const lanes = new LaneTables(this.lanes, () => SEGMENT_BYTES, clock);
    await followView({
      view,
      connect: new ConnectDuty(tables, view, { cluster, node: name, serviceProxy: false }, log),
      gateway: {
        apply: (exports, services) => {
          led = gatewayModel(exports, services);
          lanes.replace(desiredLanes([ip(gatewayAddress)], led));
        },
        lanes: () => led,
      },
      names: { write: () => {} },
      lease,
      drains: undefined,
      applied,
      snapshot: {
        write: (snapshot) => {
          this.snapshot = snapshot;
        },
      },
      conditions: undefined,
      clock,
      log,
      metrics: createMetrics('agent', log),
    });
    inStep = true;
    lease.touch();
  }

  #connectMaps(): ReturnType<typeof memoryMaps> {
    const maps = memoryMaps(TABLE_SIZE);
    const note = () => this.#note('connect');
    return {
      ...maps,
      vips: {
        entries: () => maps.vips.entries(),
        put: (vip, service) => (maps.vips.put(vip, service), note()),
        delete: (vip) => (maps.vips.delete(vip), note()),
      },
      services: noted(maps.services, note),
      tiers: noted(maps.tiers, note),
      shares: noted(maps.shares, note),
      groups: noted(maps.groups, note),
      backends: noted(maps.backends, note),
    };
  }

  #laneMaps(): ReturnType<typeof memoryLaneMaps> {
    const maps = memoryLaneMaps(LANE_SIZE);
    const note = () => this.#note('lanes');
    return {
      ...maps,
      ports: {
        entries: () => maps.ports.entries(),
        put: (vip, lane) => (maps.ports.put(vip, lane), note()),
        delete: (vip) => (maps.ports.delete(vip), note()),
      },
      lanes: noted(maps.lanes, note),
      pods: noted(maps.pods, note),
    };
  }

  #note(which: Tables): void {
    this.changes[which] += 1;
    this.options.onTables(which);
  }
}

function noted<V, S extends readonly unknown[]>(
  table: { readonly size: number; get(index: number): V; set(index: number, ...value: S): void },
  onSet: () => void,
): typeof table {
  return {
    size: table.size,
    get: (index) => table.get(index),
    set(index, ...value) {
      table.set(index, ...value);
      onSet();
    },
  };
}
