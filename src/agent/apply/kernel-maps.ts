/** The connect and lane tables in the kernel, through shared memory where the map allows it. */
import { type BpfMap, type Codec, mappedRecords, mappedWords, TypedMap, u32Codec } from '#kernel/index.ts';
import { backendCodec, lanePodCodec, type VipKey, vipKeyCodec } from '#kernel/index.ts';
import type { ClusterIndex } from './cluster-index.ts';
import type { LaneMaps } from './lane-tables.ts';
import type { AddressTable, BackendTable, ConnectMaps, ShareTable, VipAddress, VipTable, WordTable } from './maps.ts';

type FindMap = (name: string) => BpfMap;

const PROTOCOLS = { TCP: 6, UDP: 17 } as const;
const NONE = 0;

export function connectMaps(find: FindMap, clusters: ClusterIndex, access: 'read' | 'write' = 'write'): ConnectMaps {
  const vips = new TypedMap<VipKey, number>(find('vips'), vipKeyCodec, u32Codec);
  return {
    vips: vipTable(vips),
    addresses: addressTable(vips),
    services: wordTable(find('services'), access),
    tiers: wordTable(find('tiers'), access),
    groups: wordTable(find('groups'), access),
    shares: shareTable(find('shares'), access),
    backends: backendTable(find('backends'), clusters, access),
  };
}

export function laneMaps(find: FindMap, access: 'read' | 'write' = 'write'): LaneMaps {
  const ports = new TypedMap<VipKey, number>(find('lane_ports'), vipKeyCodec, u32Codec);
  const pods = mappedRecords(find('lane_pods'), access);
  const limits = mappedRecords(find('lane_mss'), access);
  return {
    ports: vipTable(ports),
    lanes: wordTable(find('lanes'), access),
    setSegmentLimit(lane, bytes) {
      limits.words[lane] = BigInt(bytes);
    },
    pods: {
      size: pods.length,
      get: (index) => lanePodCodec.decode(pods.view, index * pods.stride),
      set: (index, { address, port }) =>
        storeWord(pods.words, index, lanePodCodec, { addr: address, port, flags: LanePodFlags.READY }),
    },
  };
}

function vipTable(map: TypedMap<VipKey, number>): VipTable {
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

function addressTable(map: TypedMap<VipKey, number>): AddressTable {
  const key = (address: number) => ({ addr: address, port: 0, proto: NONE });
  return {
    *entries() {
      for (const [{ addr, proto }] of map.entries()) if (proto === NONE) yield addr;
    },
    put: (address) => map.put(key(address), 0),
    delete: (address) => void map.delete(key(address)),
  };
}

function wordTable(map: BpfMap, access: 'read' | 'write'): WordTable {
  const words = mappedWords(map, access);
  return {
    size: words.length,
    get(index) {
      const word = words[index] ?? 0n;
      return { first: Number(word & 0xffff_ffffn), count: Number(word >> 32n) };
    },
    set(index, { first, count }) {
      words[index] = (BigInt(count) << 32n) | BigInt(first);
    },
  };
}

function shareTable(map: BpfMap, access: 'read' | 'write'): ShareTable {
  const { words, length } = mappedRecords(map, access);
  return {
    size: length,
    get: (index) => Number(words[index] ?? 0n),
    set(index, group) {
      words[index] = BigInt(group);
    },
  };
}

function backendTable(map: BpfMap, clusters: ClusterIndex, access: 'read' | 'write'): BackendTable {
  const { view, stride, length } = mappedRecords(map, access);
  return {
    size: length,
    get(index) {
      const { addr, port, cluster, generation, flags, slot } = backendCodec.decode(view, index * stride);
      if (generation === 0) return undefined;
      return { address: addr, port, flags, slot, cluster: clusters.nameOf(cluster) };
    },
    set(index, { address, port, flags, slot = 0, cluster }, group) {
      const at = index * stride;
      const { generation } = backendCodec.decode(view, at);
      const next = generation === 0xffff_ffff ? 1 : generation + 1;
      const number = clusters.numberOf(cluster);
      backendCodec.encode({ addr: address, port, cluster: number, generation: next, group, flags, slot }, view, at);
    },
  };
}

/** An element of eight bytes, in one store. */
function storeWord<T>(words: BigUint64Array, index: number, codec: Codec<T>, value: T): void {
  const bytes = new DataView(new ArrayBuffer(8));
  codec.encode(value, bytes);
  words[index] = bytes.getBigUint64(0, true);
}

function keyOf({ address, port, protocol }: VipAddress): VipKey {
  return { addr: address, port, proto: PROTOCOLS[protocol] };
}
