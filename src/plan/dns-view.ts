import { hash32 } from './hash.ts';
import type { ImportType, ServiceName } from './model.ts';
import { byText } from './order.ts';

export interface DnsImport extends ServiceName {
  readonly type: ImportType;
  /** Of the ServiceImport; empty for Headless. */
  readonly ips: readonly string[];
}

export interface DnsInput {
  readonly imports: readonly DnsImport[];
  /** Services whose policy applies to `Service`. */
  readonly ordinaryNames?: readonly ServiceName[];
  /** Services that exist in this cluster: their ordinary name stays theirs. */
  readonly localServices?: readonly ServiceName[];
  /** Default `clusterset.local`. */
  readonly zone?: string;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
}

/** Everything the resolver answers by itself; plain data, written to a file as JSON. Names are lower case without the last dot. */
export interface DnsSnapshot {
  readonly version: 1;
  /** Answered with authority: a name below it that is not here does not exist. */
  readonly zone: string;
  /** A hash of the content, the SOA's serial; compare for equality only. */
  readonly serial: number;
  /** Addresses by name. None: the name exists only because something below it does (RFC 8020), or because it is the zone's own. */
  readonly records: Readonly<Record<string, readonly string[]>>;
  /** Names outside the zone that resolve here instead of upstream. */
  readonly overrides: Readonly<Record<string, readonly string[]>>;
}

/** The zone as this cluster answers it. Never a made-up address: an import without one has no name. */
export function dnsView(input: DnsInput): DnsSnapshot {
  const { imports, zone = 'clusterset.local', clusterDomain = 'cluster.local' } = input;
  const named = imports.filter(({ type, ips }) => type === 'ClusterSetIP' && ips.length > 0);
  const names = named.map((one) => [nameIn(zone, one), one.ips] as const);
  const above = [zone, ...names.flatMap(([name]) => parents(name, zone))].map((name) => [name, []] as const);
  const records = sorted([...above, ...names]);
  const overrides = sorted(taken(named, input).map((one) => [nameIn(clusterDomain, one), one.ips]));
  const serial = hash32(JSON.stringify([zone, records, overrides]));
  return { version: 1, zone, serial, records, overrides };
}

function nameIn(domain: string, { namespace, name }: ServiceName): string {
  return `${name}.${namespace}.svc.${domain}`.toLowerCase();
}

/** The ordinary name resolves here only where no Service has it. */
function taken(
  imports: readonly DnsImport[],
  { ordinaryNames = [], localServices = [] }: DnsInput,
): readonly DnsImport[] {
  const governed = new Set(ordinaryNames.map(keyOf));
  const local = new Set(localServices.map(keyOf));
  return imports.filter((one) => governed.has(keyOf(one)) && !local.has(keyOf(one)));
}

function keyOf({ namespace, name }: ServiceName): string {
  return `${namespace}/${name}`;
}

/** The names between this one and the zone, the zone included. */
function parents(name: string, zone: string): readonly string[] {
  if (name === zone) return [];
  const parent = name.slice(name.indexOf('.') + 1);
  return [parent, ...parents(parent, zone)];
}

/** A name that is there twice has what was said last. */
function sorted<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => byText(a, b)));
}
