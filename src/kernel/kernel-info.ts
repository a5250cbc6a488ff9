/** What the kernel says of a map, a program or a link. Layouts: include/uapi/linux/bpf.h, struct bpf_*_info. */
import { closeSync } from 'node:fs';
import { type BtfType, parseBtf } from './btf.ts';
import { Command, call } from './bpf-call.ts';
import { checked } from './faults.ts';
import { addressOf } from './native.ts';

/** enum bpf_map_type, as far as used here. */
export const MapType = {
  Hash: 1,
  Array: 2,
  PerCpuHash: 5,
  PerCpuArray: 6,
  LruHash: 9,
  LruPerCpuHash: 10,
  SockMap: 15,
  SkStorage: 24,
  RingBuf: 27,
} as const;

export interface MapInfo {
  readonly id: number;
  readonly name: string;
  /** enum bpf_map_type */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly btfId: number;
  readonly keyType: number;
  readonly valueType: number;
}

export function mapInfo(descriptor: number): MapInfo {
  const info = kernelInfo(descriptor, 88, 'map');
  return {
    type: info.readUInt32LE(0),
    id: info.readUInt32LE(4),
    keySize: info.readUInt32LE(8),
    valueSize: info.readUInt32LE(12),
    maxEntries: info.readUInt32LE(16),
    flags: info.readUInt32LE(20),
    name: cString(info.subarray(24, 40)),
    btfId: info.readUInt32LE(64),
    keyType: info.readUInt32LE(68),
    valueType: info.readUInt32LE(72),
  };
}

/** The raw bpf_*_info of a descriptor. @param size bytes wanted; older kernels fill fewer and leave zeros */
export function kernelInfo(descriptor: number, size: number, subject: string): Buffer {
  const info = Buffer.alloc(size);
  checked(call(Command.Info, descriptor, size, info), 'kernel/info', `ask about ${subject}`);
  return info;
}

/** The types a loaded map was made with. */
export function btfById(id: number): readonly BtfType[] {
  const descriptor = checked(call(Command.BtfById, id), 'kernel/info', `open BTF ${id}`);
  try {
    const size = kernelInfo(descriptor, 32, `BTF ${id}`).readUInt32LE(8);
    const bytes = Buffer.alloc(size);
    const info = Buffer.alloc(32);
    const wanted = bytesInto(info, bytes);
    checked(call(Command.Info, descriptor, info.length, info), 'kernel/info', `read BTF ${id}`);
    return parseBtf(wanted);
  } finally {
    closeSync(descriptor);
  }
}

export function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
}

function bytesInto(info: Buffer, bytes: Buffer): Buffer {
  info.writeBigUInt64LE(addressOf(bytes), 0);
  info.writeUInt32LE(bytes.length, 8);
  return bytes;
}

/** Array elements and per-CPU values take a multiple of eight bytes each. */
export function align8(size: number): number {
  return (size + 7) & ~7;
}
