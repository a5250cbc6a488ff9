import { addressParts } from './address-parts.ts';
import { keepAddresses, pickAddress } from './keep-addresses.ts';
import type { ServiceName } from './model.ts';

/** One line of `vips.json`. */
export interface VipRecord extends ServiceName {
  readonly ip: string;
  /** RFC 3339; set while the import is gone and the address is kept for its return. */
  readonly releasedAt?: string;
}

export interface VipChange {
  readonly records: readonly VipRecord[];
  /** Services for which the range has no address left. */
  readonly exhausted: readonly ServiceName[];
}

/** An import that is deleted and made again keeps its address: callers hold it, and so does every cache of its name. */
const KEPT_MS = 10 * 60_000;

/** hash(namespace/name) with probing; undefined when the range is full. The first /24 (or half, if smaller) is the peers'. */
export function pickVip(range: string, taken: ReadonlySet<string>, service: ServiceName): string | undefined {
  return pickAddress(keyOf(service), addressParts(range).services, taken);
}

/**
 * The records after this change: an address for each wanted service; one no longer wanted is kept for 10 minutes.
 *
 * @param now milliseconds since 1970
 */
export function reconcileVips(
  records: readonly VipRecord[],
  wanted: readonly ServiceName[],
  { range, now }: { readonly range: string; readonly now: number },
): VipChange {
  const held = records.map(({ ip, releasedAt, ...service }) => ({ key: keyOf(service), address: ip, releasedAt }));
  const options = { part: addressParts(range).services, now, keptMs: KEPT_MS };
  const { kept, exhausted } = keepAddresses(held, wanted.map(keyOf), options);
  return {
    records: kept.map(({ key, address, releasedAt }) => ({
      ...serviceOf(key),
      ip: address,
      ...(releasedAt && { releasedAt }),
    })),
    exhausted: exhausted.map(serviceOf),
  };
}

function keyOf({ namespace, name }: ServiceName): string {
  return `${namespace}/${name}`;
}

function serviceOf(key: string): ServiceName {
  const at = key.indexOf('/');
  return { namespace: key.slice(0, at), name: key.slice(at + 1) };
}
