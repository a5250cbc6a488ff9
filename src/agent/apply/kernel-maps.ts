/** The connect and lane tables in the kernel, through shared memory where the map allows it. */
import {
  type BpfMap,
  LaneFlag,
  type MappedTable,
  mappedTable,
  packRange,
  type Table,
  TypedMap,
  tables,
  tableOf,
  unpackRange,
} from '#kernel/index.ts';
import type { ClusterIndex } from './cluster-index.ts';
import type { LaneMaps } from './lane-tables.ts';
import type { AddressTable, BackendTable, ConnectMaps, NumberTable, VipAddress, VipTable, WordTable } from './maps.ts';

/** Where maps come from: loaded objects, or the pins of an agent. */
export interface MapSource {
  map(name: string): BpfMap;
}

type Access = 'read' | 'write';
type Backend = typeof tables.backends extends Table<unknown, infer V> ? V : never;
type AddressKey = typeof tables.vips extends Table<infer K, unknown> ? K : never;

const PROTOCOLS = { TCP: 6, UDP: 17 } as const;
const WHOLE_ADDRESS = { port: 0, proto: 0 } as const;
const READY = 1;
const LAST_GENERATION = 0xffff_ffff;

/** @param firstGeneration of an entry never used: in tables made anew another one than sockets remember of those before */
export function connectMaps(
  maps: MapSource,
  clusters: ClusterIndex,
  access: Access = 'write',
  firstGeneration = 1,
): ConnectMaps {
  const vips = tableOf(maps, tables.vips);
  const mapped = <K, V>(table: Table<K, V>) => mappedTable(maps.map(table.name), table, access);
  return {
    vips: vipTable(vips),
    addresses: addressTable(vips),
    services: wordTable(mapped(tables.services)),
    tiers: wordTable(mapped(tables.tiers)),
    groups: wordTable(mapped(tables.groups)),
    shares: numberTable(mapped(tables.shares)),
    backends: backendTable(mapped(tables.backends), clusters, firstGeneration),
    affinities: numberTable(mapped(tables.affinities)),
    limits: mapped(tables.limits),
  };
}

/** Cluster → its flags. */
export function clusterTable(maps: MapSource, access: Access = 'write'): NumberTable {
  return numberTable(mappedTable(maps.map('clusters'), tables.clusters, access));
}

export function laneMaps(maps: MapSource, access: Access = 'write'): LaneMaps {
  const pods = mappedTable(maps.map('lane_pods'), tables.lane_pods, access);
  const limits = mappedTable(maps.map('lane_mss'), tables.lane_mss, access);
  const flags = mappedTable(maps.map('lane_flags'), tables.lane_flags, access);
  return {
    ports: vipTable(tableOf(maps, tables.lane_ports)),
    lanes: wordTable(mappedTable(maps.map('lanes'), tables.lanes, access)),
    pods: {
      size: pods.length,
      get(index) {
        const { addr, port, flags } = pods.get(index);
        return flags === 0 ? undefined : { address: addr, port };
      },
      set: (index, { address, port }) => pods.set(index, { addr: address, port, flags: READY }),
    },
    setSegmentLimit: (lane, bytes) => limits.set(lane, bytes),
    affinity: {
      get: (lane) => flags.get(lane) === LaneFlag.KeepsCallers,
      set: (lane, kept) => flags.set(lane, kept ? LaneFlag.KeepsCallers : 0),
    },
  };
}

function vipTable(map: TypedMap<AddressKey, number>): VipTable {
  return {
    *entries() {
      for (const [{ addr, port, proto }, index] of map.entries()) {
        const protocol = proto === PROTOCOLS.TCP ? 'TCP' : proto === PROTOCOLS.UDP ? 'UDP' : undefined;
        if (protocol) yield [{ address: addr, port, protocol }, index] as const;
      }
    },
    put: (vip, service) => map.put(keyOf(vip), service),
    delete: (vip) => void map.delete(keyOf(vip)),
  };
}

function addressTable(map: TypedMap<AddressKey, number>): AddressTable {
  return {
    *entries() {
      for (const [{ addr, proto }] of map.entries()) if (proto === WHOLE_ADDRESS.proto) yield addr;
    },
    put: (address) => map.put({ addr: address, ...WHOLE_ADDRESS }, 0),
    delete: (address) => void map.delete({ addr: address, ...WHOLE_ADDRESS }),
  };
}

function wordTable(table: MappedTable<bigint>): WordTable {
  return {
    size: table.length,
    get: (index) => unpackRange(table.get(index)),
    set: (index, run) => table.set(index, packRange(run)),
  };
}

function numberTable(table: MappedTable<number>): NumberTable {
  return { size: table.length, get: (index) => table.get(index), set: (index, value) => table.set(index, value) };
}

function backendTable(table: MappedTable<Backend>, clusters: ClusterIndex, first: number): BackendTable {
  const after = (generation: number) => (generation === LAST_GENERATION ? 1 : generation + 1);
  return {
    size: table.length,
    get(index) {
      const { addr, port, cluster, generation, flags, slot } = table.get(index);
      if (generation === 0) return undefined;
      return { address: addr, port, flags, slot, cluster: clusters.nameOf(cluster) };
    },
    set(index, { address, port, flags, slot = 0, cluster }, group) {
      const { generation } = table.get(index);
      table.set(index, {
        addr: address,
        port,
        cluster: clusters.numberOf(cluster),
        generation: generation === 0 ? first : after(generation),
        group,
        flags,
        slot,
      });
    },
  };
}

function keyOf({ address, port, protocol }: VipAddress): AddressKey {
  return { addr: address, port, proto: PROTOCOLS[protocol] };
}
