/** Services: cluster IPs and node ports given out, families, defaults as upstream has them. */
import { cidr, contains, formatIpv4, parseIpv4 } from '#kit/index.ts';
import { isObject, type Json, type JsonObject, type Problem, type Store } from '#objects/index.ts';
import type { KindRule } from './rules.ts';

export interface ServiceRuleOptions {
  readonly store: Store;
  /** IPv4 range of cluster IPs. */
  readonly serviceRange: string;
  readonly random: () => number;
}

const NODE_PORTS = { first: 30_000, last: 32_767 } as const;
/** Low addresses are left to those who ask for one. */
const RESERVED = 16;

export function serviceRule({ store, serviceRange, random }: ServiceRuleOptions): KindRule {
  const range = cidr(serviceRange);

  function takenAddresses(): Set<string> {
    return new Set(services().map((service) => String(specOf(service).clusterIP ?? '')));
  }

  function takenNodePorts(): Set<number> {
    return new Set(services().flatMap((service) => portsOf(service).map(({ nodePort }) => Number(nodePort ?? 0))));
  }

  function services(): JsonObject[] {
    const outcome = store.list('services');
    return outcome.outcome === 'ok' ? (outcome.items as unknown as JsonObject[]) : [];
  }

  function freeAddress(): string {
    const taken = takenAddresses();
    const usable = range.size - 2;
    const start = Math.floor(random() * usable);
    for (let step = 0; step < usable; step++) {
      const offset = 1 + ((start + step) % usable);
      const address = formatIpv4(range.base + offset);
      if ((offset >= RESERVED || usable <= RESERVED * 4) && !taken.has(address)) return address;
    }
    return '';
  }

  function withAddress(spec: JsonObject, before: JsonObject | undefined): JsonObject {
    if (spec.type === 'ExternalName') {
      const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, internalTrafficPolicy, ...rest } = spec;
      return rest;
    }
    const old = before && specOf(before);
    const asked = spec.clusterIP || (Array.isArray(spec.clusterIPs) ? spec.clusterIPs[0] : undefined);
    const clusterIP = asked || old?.clusterIP || freeAddress();
    return {
      ...spec,
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: spec.ipFamilies ?? ['IPv4'],
      ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack',
      internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
      ...(spec.sessionAffinity === 'ClientIP' && {
        sessionAffinityConfig: spec.sessionAffinityConfig ?? { clientIP: { timeoutSeconds: 10_800 } },
      }),
    };
  }

  function withPorts(spec: JsonObject, before: JsonObject | undefined): JsonObject {
    if (!Array.isArray(spec.ports)) return spec;
    const hasNodePorts = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
    const taken = hasNodePorts ? takenNodePorts() : new Set<number>();
    const ports = spec.ports.map((port) => {
      if (!isObject(port)) return port;
      const targetPort = port.targetPort ?? port.port;
      if (!hasNodePorts) return { ...without(port, 'nodePort'), targetPort };
      return { ...port, targetPort, nodePort: port.nodePort || oldNodePort(before, port) || freeNodePort(taken) };
    });
    const policy = hasNodePorts ? { externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster' } : {};
    return { ...spec, ...policy, ports };
  }

  function freeNodePort(taken: Set<number>): number {
    const count = NODE_PORTS.last - NODE_PORTS.first + 1;
    const start = Math.floor(random() * count);
    for (let step = 0; step < count; step++) {
      const port = NODE_PORTS.first + ((start + step) % count);
      if (taken.has(port)) continue;
      taken.add(port);
      return port;
    }
    return 0;
  }

  return {
    prepare(object, before, subresource) {
      if (subresource || !isObject(object.spec)) return object;
      return { ...object, spec: withPorts(withAddress(object.spec, before), before) };
    },
    check(object, before) {
      const { type, clusterIP, ports, externalName } = specOf(object);
      const problems: Problem[] = [];
      const refuse = (path: string, message: string) => problems.push({ path, reason: 'FieldValueInvalid', message });
      if (type === 'ExternalName') {
        if (!externalName)
          problems.push({ path: 'spec.externalName', reason: 'FieldValueRequired', message: 'Required value' });
        return problems;
      }
      if (!Array.isArray(ports) && clusterIP !== 'None') {
        problems.push({ path: 'spec.ports', reason: 'FieldValueRequired', message: 'Required value' });
      }
      problems.push(...checkPorts(portsOf(object)));
      const old = before && specOf(before).clusterIP;
      if (old && old !== clusterIP && specOf(before).type !== 'ExternalName') {
        refuse('spec.clusterIPs[0]', `Invalid value: ${JSON.stringify([clusterIP])}: may not change once set`);
      } else if (!old && clusterIP !== 'None') problems.push(...checkAddress(String(clusterIP)));
      return problems;
    },
  };

  function checkAddress(address: string): Problem[] {
    const refuse = (why: string): Problem[] => [
      {
        path: 'spec.clusterIPs',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify([address])}: ${why}`,
      },
    ];
    const number = parseIpv4(address);
    if (address === '') return refuse('failed to allocate IP: range is full');
    if (number === undefined) return refuse('must be a valid IP address');
    if (!contains(range, number)) {
      return refuse(
        `failed to allocate IP ${address}: the provided IP (${address}) is not in the valid range. The range of valid IPs is ${serviceRange}`,
      );
    }
    return takenAddresses().has(address)
      ? refuse(`failed to allocate IP ${address}: provided IP is already allocated`)
      : [];
  }
}

function checkPorts(ports: readonly JsonObject[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<Json | undefined>();
  ports.forEach(({ name = '' }, i) => {
    const path = `spec.ports[${i}].name`;
    if (ports.length > 1 && name === '')
      problems.push({ path, reason: 'FieldValueRequired', message: 'Required value' });
    else if (seen.has(name))
      problems.push({ path, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(name)}` });
    seen.add(name);
  });
  return problems;
}

function oldNodePort(before: JsonObject | undefined, { port, protocol }: JsonObject): Json | undefined {
  return before && portsOf(before).find((old) => old.port === port && old.protocol === protocol)?.nodePort;
}

function specOf(object: JsonObject): JsonObject {
  return isObject(object.spec) ? object.spec : {};
}

function portsOf(object: JsonObject): JsonObject[] {
  const { ports } = specOf(object);
  return Array.isArray(ports) ? ports.filter(isObject) : [];
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object;
  return rest;
}
