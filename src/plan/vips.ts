import type { ServiceName } from './model.ts';

/** One line of `vips.json`. */
export interface VipRecord extends ServiceName {
  readonly ip: string;
  /** RFC 3339; set while the import is gone and the address is kept for its return. */
  readonly releasedAt?: string;
}

/** hash(namespace/name) with linear probing; undefined when the range is full. The first /24 (or half, if smaller) is the peers'. */
export function pickVip(range: string, taken: ReadonlySet<string>, service: ServiceName): string | undefined {
  throw new Error(`not written: ${range} ${taken.size} ${service.name}`);
}

export interface VipChange {
  readonly records: readonly VipRecord[];
  /** Services for which the range has no address left. */
  readonly exhausted: readonly ServiceName[];
}

/**
 * The records after this change: an address for each wanted service; one no longer wanted is kept for 10 minutes.
 * @param now milliseconds since 1970
 */
export function reconcileVips(
  records: readonly VipRecord[],
  wanted: readonly ServiceName[],
  options: { readonly range: string; readonly now: number },
): VipChange {
  throw new Error(`not written: ${records.length} ${wanted.length} ${options.range}`);
}
