import { CLUSTERSET_ZONE } from '#api/index.ts';
import type { DnsImport, DnsInput, DnsSnapshot } from './dns-model.ts';
import { serviceNames, type ServiceNames } from './dns-service.ts';
import { hash32 } from './hash.ts';
import type { ServiceName } from './model.ts';
import { byText } from './order.ts';

/** Of the multi-cluster DNS specification, said by TXT on `dns-version.<zone>`. */
const SCHEMA_VERSION = '1.0.0';

/** The zone as this cluster answers it. Never a made-up address: an import without one has no name. */
export function dnsView(input: DnsInput): DnsSnapshot {
  const { imports, zone = CLUSTERSET_ZONE, clusterDomain = 'cluster.local' } = input;
  const inZone = named(imports, zone);
  const ordinary = named(taken(imports, input), clusterDomain);
  const texts = { [`dns-version.${zone}`]: [SCHEMA_VERSION] };
  const records = sorted([...namesAbove([zone, ...Object.keys(texts)], inZone, zone), ...addresses(inZone)]);
  const overrides = sorted([...hostsAbove(ordinary), ...addresses(ordinary)]);
  const services = sorted([...inZone, ...ordinary].flatMap(({ name, service }) => (service ? [[name, service]] : [])));
  const serial = hash32(JSON.stringify([zone, records, overrides, services, texts]));
  return { version: 1, zone, serial, records, overrides, services, texts };
}

function named(imports: readonly DnsImport[], domain: string): readonly ServiceNames[] {
  return imports.map((one) => serviceNames(one, domain)).filter((one) => one !== undefined);
}

function addresses(services: readonly ServiceNames[]) {
  return services.flatMap(({ records }) => records);
}

/** Names without addresses: these, and every name between what has one and the zone. */
function namesAbove(these: readonly string[], services: readonly ServiceNames[], zone: string) {
  const above = new Set(these);
  for (const [name] of addresses(services)) addParents(above, name, zone);
  return [...above].map((name) => [name, []] as const);
}

/** Outside our zone only what stands between a service and its hosts is ours to say. */
function hostsAbove(services: readonly ServiceNames[]) {
  const above = new Set<string>();
  for (const { name, records } of services) for (const [host] of records) addParents(above, host, name);
  return [...above].map((name) => [name, []] as const);
}

function addParents(into: Set<string>, name: string, top: string) {
  for (let at = name; at !== top; ) {
    at = at.slice(at.indexOf('.') + 1);
    if (into.has(at)) return;
    into.add(at);
  }
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

/** A name that is there twice has what was said last. */
function sorted<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => byText(a, b)));
}
