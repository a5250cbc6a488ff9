/** What the node's resolver says by itself, and what it leaves to the cluster's own DNS. Pure. */
import { CLUSTERSET_ZONE } from '#api/index.ts';
import type { Authority } from './wire/write-answer.ts';
import type { WireRecord } from './wire/records.ts';
import { CLASS, TYPE } from './wire/types.ts';
import type { Zone, ZoneName } from './zone.ts';

export interface Query {
  /** Lower case, without the last dot. */
  readonly name: string;
  /** Record type as a number. */
  readonly type: number;
  readonly class: number;
}

export type Answer =
  /** Not ours: ask upstream. */
  | { readonly kind: 'forward' }
  /** Ours, but nothing is known yet. */
  | { readonly kind: 'unavailable' }
  /** A zone transfer, or a class in which we have nothing. */
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'answer';
      readonly rcode: 'NOERROR' | 'NXDOMAIN';
      /** Empty with NOERROR: the name exists and has none of what was asked. */
      readonly records: readonly WireRecord[];
      /** Index of the record that comes first: a random one. */
      readonly first: number;
      /** Addresses of a host that the records name. */
      readonly glue?: (host: string) => readonly WireRecord[];
      /** Who denies, when there are no records; the answer itself when `soaAsked`. */
      readonly soa?: Authority;
      readonly soaAsked?: boolean;
    };

const NONE: readonly never[] = [];
const FORWARD: Answer = { kind: 'forward' };

/**
 * @param zone   undefined until the first snapshot was read
 * @param random in [0, 1)
 */
export function resolve(query: Query, zone: Zone | undefined, random: () => number): Answer {
  const { name, type } = query;
  if (type === TYPE.AXFR || type === TYPE.IXFR) return { kind: 'refused' };
  const found = zone?.find(name);
  if (!found && !isBelow(name, zone?.name ?? CLUSTERSET_ZONE)) return FORWARD;
  if (query.class !== CLASS.IN) return { kind: 'refused' };
  if (!zone) return { kind: 'unavailable' };
  return found ? answerOf(query, found, zone, random) : denial('NXDOMAIN', zone.name, zone);
}

function answerOf({ name, type }: Query, found: ZoneName, zone: Zone, random: () => number): Answer {
  if (type === TYPE.SOA && name === found.zone) return { ...denial('NOERROR', found.zone, zone), soaAsked: true };
  const records = found.sets.get(type) ?? (type === TYPE.ANY ? anySet(found) : NONE);
  if (records.length === 0) return denial('NOERROR', found.zone, zone);
  const first = records.length > 1 ? Math.floor(random() * records.length) : 0;
  return { kind: 'answer', rcode: 'NOERROR', records, first, glue: (host) => addressesOf(zone.find(host)) };
}

/** RFC 8482 lets ANY be answered with one set: the first of those there are, addresses before others. */
function anySet({ sets }: ZoneName): readonly WireRecord[] {
  return sets.values().next().value ?? NONE;
}

function addressesOf(found: ZoneName | undefined): readonly WireRecord[] {
  return [TYPE.A, TYPE.AAAA].flatMap((type) => found?.sets.get(type) ?? NONE);
}

function denial(rcode: 'NOERROR' | 'NXDOMAIN', zone: string, { serial }: Zone): Answer & { kind: 'answer' } {
  return { kind: 'answer', rcode, records: NONE, first: 0, soa: { zone, serial } };
}

function isBelow(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
