/** Services: families, cluster IPs and node ports given out, defaults as upstream has them. */
import { cidr, type Family, familyOfText } from '#kit/index.ts';
import { isObject, type Json, type JsonObject, type Problem, type Store, textOf } from '#objects/index.ts';
import type { KindRule } from './rules.ts';
import { type ServiceAddresses, serviceAddresses } from './service-addresses.ts';
import { checkFamilies, withFamilies } from './service-families.ts';
import { immutable, invalid, portsOf, required, specOf } from './service-parts.ts';
import { checkPorts, withPorts } from './service-ports.ts';

export interface ServiceRuleOptions {
  readonly store: Store;
  /** Ranges of cluster IPs, one of each family that the cluster has, its own first. */
  readonly serviceRanges: readonly string[];
  readonly random: () => number;
}

export function serviceRule({ store, serviceRanges, random }: ServiceRuleOptions): KindRule {
  const ranges = serviceRanges.map((range) => serviceAddresses(cidr(range), random));
  const families = ranges.map(({ family }) => family);
  const takenAddresses = () => new Set(stored(store).flatMap((service) => addressesOf(specOf(service))));
  const takenNodePorts = () =>
    new Set(stored(store).flatMap((service) => portsOf(service).map(({ nodePort }) => Number(nodePort ?? 0))));

  return {
    prepare(service, before, subresource) {
      if (subresource || !isObject(service.spec)) return service;
      if (service.spec.type === 'ExternalName') return { ...service, spec: withoutAddress(service.spec) };
      const old = before && specOf(before);
      const free = (family: Family) => rangeOf(ranges, family)?.free(takenAddresses()) ?? '';
      const spec = withAddresses(withFamilies(service.spec, old, families), old, free);
      return { ...service, spec: withPorts(withDefaults(spec), before, takenNodePorts, random) };
    },
    check(service, before) {
      const spec = specOf(service);
      const old = before && specOf(before);
      if (spec.type === 'ExternalName') return spec.externalName ? [] : [required('spec.externalName')];
      const problems = [
        ...(!Array.isArray(spec.ports) && spec.clusterIP !== 'None' ? [required('spec.ports')] : []),
        ...checkPorts(service, before, takenNodePorts),
        ...checkFamilies(spec, old, families),
      ];
      return problems.length > 0 ? problems : checkAddresses(spec, old, ranges, takenAddresses);
    },
  };
}

function stored(store: Store): JsonObject[] {
  const outcome = store.list('services');
  return outcome.outcome === 'ok' ? (outcome.items as unknown as JsonObject[]) : [];
}

function rangeOf(ranges: readonly ServiceAddresses[], family: Json | undefined): ServiceAddresses | undefined {
  return ranges.find((one) => one.family === family);
}

function withoutAddress(spec: JsonObject): JsonObject {
  const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, internalTrafficPolicy, ...rest } = spec;
  return rest;
}

function withDefaults(spec: JsonObject): JsonObject {
  return {
    ...spec,
    internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
    ...(spec.sessionAffinity === 'ClientIP' && {
      sessionAffinityConfig: spec.sessionAffinityConfig ?? { clientIP: { timeoutSeconds: 10_800 } },
    }),
  };
}

/** An address of each family: the one asked for, else the one it had, else a free one. */
function withAddresses(spec: JsonObject, old: JsonObject | undefined, free: (family: Family) => string): JsonObject {
  const families = spec.ipFamilies as readonly Family[];
  const had = old ? addressesOf(old) : [];
  const isLetGo = (address: string) => had.includes(address) && !families.some((one) => one === familyOfText(address));
  const asked = addressesOf(spec).filter((one) => one === 'None' || !isLetGo(one));
  if (asked[0] === 'None' || (asked.length === 0 && old?.clusterIP === 'None'))
    return { ...spec, clusterIP: 'None', clusterIPs: ['None'] };
  const known = [...asked, ...had];
  const addresses = families.map((family) => known.find((one) => familyOfText(one) === family) ?? free(family));
  const strange = asked.filter((one) => !addresses.includes(one));
  const [first = ''] = strange.length > 0 ? asked : addresses;
  return { ...spec, clusterIP: first, clusterIPs: strange.length > 0 ? asked : addresses };
}

/** `clusterIPs`, or `clusterIP` alone. Where both are given and differ, both are shown to `checkAddresses`. */
function addressesOf({ clusterIP, clusterIPs }: JsonObject): string[] {
  const all = Array.isArray(clusterIPs) ? clusterIPs.map(textOf).filter(Boolean) : [];
  const first = textOf(clusterIP);
  return first && !all.includes(first) ? [first, ...all] : all;
}

function checkAddresses(
  spec: JsonObject,
  old: JsonObject | undefined,
  ranges: readonly ServiceAddresses[],
  taken: () => ReadonlySet<string>,
): Problem[] {
  const addresses = spec.clusterIPs as readonly string[];
  const had = old && old.type !== 'ExternalName' ? addressesOf(old) : [];
  if (had[0] !== undefined && addresses[0] !== had[0]) return [immutable('spec.clusterIPs[0]', addresses.slice(0, 1))];
  if (addresses[0] === 'None')
    return addresses.length > 1
      ? [invalid('spec.clusterIPs', addresses, '"None" must be the only value when it is used')]
      : [];
  const families = spec.ipFamilies as readonly Family[];
  if (addresses.length > families.length)
    return [
      invalid(
        'spec.clusterIPs',
        addresses,
        `must hold one address for each of ipFamilies, which are ${families.join(', ')}`,
      ),
    ];
  return addresses.flatMap((address, i) => {
    const family = familyOfText(address);
    if (family !== undefined && family !== families[i]) {
      const why = `expected an ${families[i]} value as indicated by \`ipFamilies[${i}]\``;
      return [invalid(`spec.clusterIPs[${i}]`, address, why)];
    }
    return had.includes(address) ? [] : (rangeOf(ranges, families[i])?.check(address, taken()) ?? []);
  });
}
