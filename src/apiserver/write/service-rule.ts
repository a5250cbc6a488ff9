/** Services: cluster IPs and node ports given out, families, defaults as upstream has them. IPv4 only, for now. */
import { isObject, type JsonObject, type Problem, type Store, textOf } from '#objects/index.ts';
import type { KindRule } from './rules.ts';
import { serviceAddresses } from './service-addresses.ts';
import { portsOf, specOf } from './service-parts.ts';
import { checkPorts, withPorts } from './service-ports.ts';

export interface ServiceRuleOptions {
  readonly store: Store;
  /** IPv4 range of cluster IPs. */
  readonly serviceRange: string;
  readonly random: () => number;
}

export function serviceRule({ store, serviceRange, random }: ServiceRuleOptions): KindRule {
  const addresses = serviceAddresses(serviceRange, random);
  const takenAddresses = () => new Set(stored(store).map((service) => textOf(specOf(service).clusterIP)));
  const takenNodePorts = () =>
    new Set(stored(store).flatMap((service) => portsOf(service).map(({ nodePort }) => Number(nodePort ?? 0))));

  return {
    prepare(service, before, subresource) {
      if (subresource || !isObject(service.spec)) return service;
      const spec = withAddress(service.spec, before, () => addresses.free(takenAddresses()));
      return { ...service, spec: withPorts(spec, before, takenNodePorts, random) };
    },
    check(service, before) {
      const { type, clusterIP, ports, externalName } = specOf(service);
      if (type === 'ExternalName') return externalName ? [] : [required('spec.externalName')];
      return [
        ...(!Array.isArray(ports) && clusterIP !== 'None' ? [required('spec.ports')] : []),
        ...checkPorts(service, before, takenNodePorts),
        ...checkFamilies(specOf(service)),
        ...checkAddress(service, before, (address) => addresses.check(address, takenAddresses())),
      ];
    },
  };
}

function stored(store: Store): JsonObject[] {
  const outcome = store.list('services');
  return outcome.outcome === 'ok' ? (outcome.items as unknown as JsonObject[]) : [];
}

function withAddress(spec: JsonObject, before: JsonObject | undefined, free: () => string): JsonObject {
  if (spec.type === 'ExternalName') {
    const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, internalTrafficPolicy, ...rest } = spec;
    return rest;
  }
  const old = before && specOf(before);
  const [first] = Array.isArray(spec.clusterIPs) ? spec.clusterIPs : [];
  const clusterIP = spec.clusterIP || first || old?.clusterIP || free();
  return {
    ...spec,
    clusterIP,
    clusterIPs: Array.isArray(spec.clusterIPs) && spec.clusterIPs.length > 0 ? spec.clusterIPs : [clusterIP],
    ipFamilies: spec.ipFamilies ?? ['IPv4'],
    ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack',
    internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
    ...(spec.sessionAffinity === 'ClientIP' && {
      sessionAffinityConfig: spec.sessionAffinityConfig ?? { clientIP: { timeoutSeconds: 10_800 } },
    }),
  };
}

function checkFamilies({ ipFamilies, ipFamilyPolicy }: JsonObject): Problem[] {
  const problems: Problem[] = [];
  if (Array.isArray(ipFamilies) && (ipFamilies.length !== 1 || ipFamilies[0] !== 'IPv4')) {
    problems.push(invalid('spec.ipFamilies', ipFamilies, 'not configured on this cluster, which has IPv4 only'));
  }
  if (ipFamilyPolicy === 'RequireDualStack')
    problems.push(
      invalid('spec.ipFamilyPolicy', ipFamilyPolicy, 'this cluster is not configured for dual-stack services'),
    );
  return problems;
}

function checkAddress(
  service: JsonObject,
  before: JsonObject | undefined,
  check: (address: string) => Problem[],
): Problem[] {
  const { clusterIP, clusterIPs } = specOf(service);
  const old = before && specOf(before).clusterIP;
  if (old && old !== clusterIP && specOf(before).type !== 'ExternalName')
    return [invalid('spec.clusterIPs[0]', [clusterIP ?? null], 'may not change once set')];
  if (!Array.isArray(clusterIPs) || clusterIPs[0] !== clusterIP || clusterIPs.length > 1)
    return [invalid('spec.clusterIPs', clusterIPs, 'must hold the value of clusterIP, and nothing else')];
  return old || clusterIP === 'None' ? [] : check(textOf(clusterIP));
}

function invalid(path: string, value: unknown, why: string): Problem {
  return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

function required(path: string): Problem {
  return { path, reason: 'FieldValueRequired', message: 'Required value' };
}
