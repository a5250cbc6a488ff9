/**
 * A map of the kernel, in bytes. Typed views: `typedMap`, `mappedWords`, `mappedRecords`.
 * @throws SealaneError kernel/map (any refusal, with the errno's text), `kernel/map-full` when there is no room
 */
import { closeSync } from 'node:fs';
import { Command, call, callInto, pathBytes } from './bpf-call.ts';
import { Errno } from './errno.ts';
import { checked, kernelFault } from './faults.ts';
import { align8, type MapInfo, MapType, mapInfo } from './kernel-info.ts';
import { possibleCpus } from './native.ts';

const BATCH = 512;
const BPF_F_RDONLY = 1 << 3;

export class BpfMap {
  readonly name: string;
  readonly fd: number;
  readonly info: MapInfo;

  constructor(name: string, fd: number) {
    this.name = name;
    this.fd = fd;
    this.info = mapInfo(fd);
  }

  /** @returns undefined when there is no such entry */
  get(key: Uint8Array): Buffer | undefined {
    const value = Buffer.alloc(this.valueBytes);
    const answer = call(Command.MapLookup, this.fd, this.#key(key), value, 0n);
    if (answer === -Errno.ENOENT) return undefined;
    this.#check(answer, 'read');
    return value;
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#check(call(Command.MapUpdate, this.fd, this.#key(key), this.#value(value), 0n), 'write');
  }

  /** @returns whether there was such an entry */
  delete(key: Uint8Array): boolean {
    const answer = call(Command.MapDelete, this.fd, this.#key(key));
    if (answer === -Errno.ENOENT) return false;
    this.#check(answer, 'delete from');
    return true;
  }

  /** Every entry that stays while this runs; one that comes or goes meanwhile may or may not be seen. */
  *entries(): Generator<[key: Buffer, value: Buffer]> {
    let previous: Buffer | null = null;
    for (;;) {
      const next = Buffer.alloc(this.info.keySize);
      const answer = call(Command.MapNextKey, this.fd, previous, next);
      if (answer === -Errno.ENOENT) return;
      this.#check(answer, 'walk');
      const value = this.get(next);
      if (value) yield [next, value];
      previous = next;
    }
  }

  /** Writes many entries with few calls; those before the one refused stay written. */
  putAll(entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): void {
    this.#batches(Command.MapUpdateBatch, 'write', entries, ([key, value]) => this.put(key, value));
  }

  /** Deletes many entries; one that is not there is no error. */
  deleteAll(keys: readonly Uint8Array[]): void {
    for (const key of keys) this.delete(key);
  }

  /** Puts a socket into a SOCKMAP; it leaves by itself when the last process closes it. */
  putSocket(slot: number, socketFd: number): void {
    const value = Buffer.alloc(this.info.valueSize);
    value.writeUInt32LE(socketFd, 0);
    this.put(u32Key(slot), value);
  }

  /** The sum over all CPUs of a counter in a per-CPU array; of a plain array its value. */
  counter(index: number): bigint {
    const value = this.get(u32Key(index));
    let sum = 0n;
    for (let at = 0; value && at < value.length; at += 8) sum += value.readBigUInt64LE(at);
    return sum;
  }

  close(): void {
    closeSync(this.fd);
  }

  #batches(
    command: number,
    verb: string,
    entries: readonly (readonly [Uint8Array, Uint8Array])[],
    single: (entry: readonly [Uint8Array, Uint8Array]) => void,
  ): void {
    for (let from = 0; from < entries.length; from += BATCH) {
      const part = entries.slice(from, from + BATCH);
      const keys = Buffer.concat(part.map(([key]) => this.#key(key)));
      const values = Buffer.concat(part.map(([, value]) => this.#value(value)));
      const { answer } = callInto(command, 0n, 0n, keys, values, part.length, this.fd, 0n, 0n);
      if (answer === -Errno.EOPNOTSUPP || answer === -Errno.ENOTSUPP || answer === -Errno.EINVAL) part.forEach(single);
      else this.#check(answer, verb);
    }
  }

  #key(key: Uint8Array): Uint8Array {
    if (key.length !== this.info.keySize) {
      throw new RangeError(`key of map ${this.name} has ${this.info.keySize} bytes, not ${key.length}`);
    }
    return key;
  }

  /** The kernel would read beyond a short one. */
  #value(value: Uint8Array): Uint8Array {
    if (value.length !== this.valueBytes) {
      throw new RangeError(`value of map ${this.name} has ${this.valueBytes} bytes, not ${value.length}`);
    }
    return value;
  }

  /** Of one entry, as calls take and give it. */
  get valueBytes(): number {
    const size = this.info.valueSize;
    return isPerCpu(this.info.type) ? align8(size) * possibleCpus() : size;
  }

  #check(answer: number, verb: string): void {
    if (answer >= 0) return;
    const full = answer === -Errno.E2BIG || answer === -Errno.ENOSPC;
    const hint = full ? `it holds ${this.info.maxEntries} entries at most` : undefined;
    throw kernelFault(full ? 'kernel/map-full' : 'kernel/map', `${verb} map ${this.name}`, answer, { hint });
  }
}

/** Opens what a loader pinned, whether its process lives or not. @param access reading needs no more than that */
export function openPinnedMap(path: string, access: 'read' | 'write' = 'read'): BpfMap {
  const flags = access === 'read' ? BPF_F_RDONLY : 0;
  const answer = call(Command.Get, pathBytes(path), 0, flags);
  const hint =
    answer === -Errno.ENOENT
      ? 'nothing is pinned there: was an agent started with this pin directory?'
      : 'what is there is no table: remove it, and the agent makes one';
  const fd = checked(answer, 'kernel/pinned-map', `open pinned map ${path}`, { hint });
  return new BpfMap(path.slice(path.lastIndexOf('/') + 1), fd);
}

export function u32Key(index: number): Uint8Array {
  const key = Buffer.alloc(4);
  key.writeUInt32LE(index, 0);
  return key;
}

const PER_CPU_TYPES: ReadonlySet<number> = new Set([MapType.PerCpuHash, MapType.PerCpuArray, MapType.LruPerCpuHash]);

function isPerCpu(type: number): boolean {
  return PER_CPU_TYPES.has(type);
}
