/** Ports of Services: target ports and node ports filled in, names and numbers checked. */
import { NODE_PORTS } from '#api/index.ts';
import { isObject, type Json, type JsonObject, type Problem } from '#objects/index.ts';
import { portsOf, specOf } from './service-parts.ts';

/** @param taken node ports of all Services, this one's too */
export function withPorts(
  spec: JsonObject,
  before: JsonObject | undefined,
  taken: () => Set<number>,
  random: () => number,
): JsonObject {
  if (!Array.isArray(spec.ports)) return spec;
  if (!hasNodePorts(spec)) return { ...spec, ports: spec.ports.map((port) => (isObject(port) ? plain(port) : port)) };
  const used = taken();
  const ports = spec.ports.map((port) => {
    if (!isObject(port)) return port;
    const nodePort = port.nodePort || oldNodePort(before, port) || freeNodePort(used, random);
    return { ...port, targetPort: port.targetPort ?? port.port, nodePort };
  });
  return { ...spec, externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster', ports };
}

function hasNodePorts({ type }: JsonObject): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

function plain({ nodePort, ...port }: JsonObject): JsonObject {
  return { ...port, targetPort: port.targetPort ?? port.port };
}

function oldNodePort(before: JsonObject | undefined, { port, protocol }: JsonObject): Json | undefined {
  return before && portsOf(before).find((old) => old.port === port && old.protocol === protocol)?.nodePort;
}

/** 0 when there is none. */
function freeNodePort(taken: Set<number>, random: () => number): number {
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

/** @param taken node ports of all Services as they are stored, this one's too */
export function checkPorts(service: JsonObject, before: JsonObject | undefined, taken: () => Set<number>): Problem[] {
  const ports = portsOf(service);
  return [...checkNames(ports), ...(hasNodePorts(specOf(service)) ? checkNodePorts(ports, before, taken()) : [])];
}

function checkNames(ports: readonly JsonObject[]): Problem[] {
  const names = ports.map(({ name = '' }) => name);
  return names.flatMap((name, i): Problem[] => {
    const path = `spec.ports[${i}].name`;
    if (ports.length > 1 && name === '') return [{ path, reason: 'FieldValueRequired', message: 'Required value' }];
    if (names.indexOf(name) === i) return [];
    return [{ path, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(name)}` }];
  });
}

function checkNodePorts(ports: readonly JsonObject[], before: JsonObject | undefined, taken: Set<number>): Problem[] {
  const own = new Set((before ? portsOf(before) : []).map(({ nodePort }) => Number(nodePort ?? 0)));
  return ports.flatMap(({ nodePort }, i): Problem[] => {
    const number = Number(nodePort ?? 0);
    const path = `spec.ports[${i}].nodePort`;
    const refuse = (why: string): Problem[] => [
      { path, reason: 'FieldValueInvalid', message: `Invalid value: ${number}: ${why}` },
    ];
    if (number === 0) return refuse('failed to allocate a nodePort: range is full');
    if (number < NODE_PORTS.first || number > NODE_PORTS.last)
      return refuse(
        `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`,
      );
    return taken.has(number) && !own.has(number) ? refuse('provided port is already allocated') : [];
  });
}
