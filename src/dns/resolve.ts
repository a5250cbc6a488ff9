/** What the node's resolver says by itself, and what it leaves to the cluster's own DNS. Pure. */
import { parseIpv4 } from '#kit/index.ts';
import type { DnsSnapshot } from '#plan/index.ts';

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
  | {
      readonly kind: 'answer';
      readonly rcode: 'NOERROR' | 'NXDOMAIN';
      /** Host byte order, turned by `random`; empty with NOERROR: the name exists and has none of what was asked. */
      readonly addresses: readonly number[];
      /** The zone that denies, when there are no addresses. */
      readonly zone: string;
    };

const IN = 1;
const TYPE_A = 1;
const TYPE_ANY = 255;
const DEFAULT_ZONE = 'clusterset.local';

/**
 * @param snapshot undefined until the first one was read
 * @param random   in [0, 1)
 */
export function resolve(query: Query, snapshot: DnsSnapshot | undefined, random: () => number): Answer {
  if (query.class !== IN) return { kind: 'forward' };
  if (!snapshot) return below(query.name, DEFAULT_ZONE) ? { kind: 'unavailable' } : { kind: 'forward' };
  const overridden = own(snapshot.overrides, query.name);
  if (overridden) return addressesOf(query, overridden, parentDomain(query.name), random);
  if (!below(query.name, snapshot.zone)) return { kind: 'forward' };
  const record = own(snapshot.records, query.name);
  if (record) return addressesOf(query, record, snapshot.zone, random);
  return { kind: 'answer', rcode: 'NXDOMAIN', addresses: [], zone: snapshot.zone };
}

/** RFC 8482 lets ANY be answered with a part; the addresses are all there is. */
function addressesOf({ type }: Query, texts: readonly string[], zone: string, random: () => number): Answer {
  const wanted = type === TYPE_A || type === TYPE_ANY ? texts.map(parseIpv4).filter((one) => one !== undefined) : [];
  return { kind: 'answer', rcode: 'NOERROR', addresses: turned(wanted, random), zone };
}

function turned<T>(items: readonly T[], random: () => number): readonly T[] {
  const by = items.length > 1 ? Math.floor(random() * items.length) : 0;
  return [...items.slice(by), ...items.slice(0, by)];
}

function below(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** `a.b.svc.cluster.local` is in zone `cluster.local`: what stands behind `.svc.`. */
function parentDomain(name: string): string {
  const at = name.indexOf('.svc.');
  return at < 0 ? name : name.slice(at + 5);
}

/** A name such as `constructor` must not find what every object has. */
function own(records: DnsSnapshot['records'], name: string): readonly string[] | undefined {
  return Object.hasOwn(records, name) ? records[name] : undefined;
}
