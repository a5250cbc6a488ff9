/** The entries of a hash, many at a time. */
import { Command, callInto } from './bpf-call.ts';
import { Errno } from './errno.ts';
import { kernelFault } from './faults.ts';
import type { BpfMap } from './map.ts';

export interface MapBatch {
  readonly count: number;
  /** One behind another; the next batch overwrites them. */
  readonly keys: Buffer;
  readonly values: Buffer;
}

/** More than any bucket of a hash holds. */
const MOST = 512;
/** Where the kernel writes how many there were, in the attributes of BPF_MAP_LOOKUP_BATCH. */
const COUNT_AT = 32;

/**
 * Every entry that stays while this runs; one that comes or goes meanwhile may or may not be seen.
 * @throws SealaneError kernel/map
 */
export function* mapBatches(map: BpfMap): Generator<MapBatch> {
  const keys = Buffer.alloc(MOST * map.info.keySize);
  const values = Buffer.alloc(MOST * map.valueBytes);
  const place = Buffer.alloc(Math.max(8, map.info.keySize));
  for (let from: Buffer | null = null; ; from = place) {
    const { answer, attributes } = callInto(
      Command.MapLookupBatch,
      ...[from, place, keys, values],
      ...[MOST, map.fd],
      ...[0n, 0n],
    );
    const isLast = answer === -Errno.ENOENT;
    if (answer < 0 && !isLast) throw kernelFault('kernel/map', `read map ${map.name}`, answer);
    yield { count: attributes.readUInt32LE(COUNT_AT), keys, values };
    if (isLast) return;
  }
}
