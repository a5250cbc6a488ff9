/**
 * What another member's ClusterExport says, read with distrust: the hub's objects were written by somebody else, perhaps by another
 * version, and one that makes no sense must not stop the rest.
 */
import { type ClusterExportSpec, hubNamespace, hubRecordName } from '#api/index.ts';
import { parseIp } from '#kit/index.ts';
import { isObject } from '#objects/index.ts';
import { type ExportRecord, exportRecord } from '#plan/index.ts';

export type ReadOutcome = { readonly record: ExportRecord } | { readonly problem: string };

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** @param where namespace and name of the object on the hub: they must say the same as its content */
export function readExport(spec: unknown, where: { readonly namespace?: string; readonly name: string }): ReadOutcome {
  if (!isObject(spec)) return { problem: 'spec: not an object' };
  const { cluster, service, type, ipFamilies, ports } = spec;
  if (typeof cluster !== 'string' || !NAME.test(cluster)) return { problem: 'spec.cluster: not a member name' };
  if (!isObject(service)) return { problem: 'spec.service: not an object' };
  const { namespace, name } = service;
  if (typeof namespace !== 'string' || typeof name !== 'string' || !NAME.test(namespace) || !NAME.test(name)) {
    return { problem: 'spec.service: namespace and name must be DNS labels' };
  }
  if (where.namespace !== hubNamespace(cluster) || where.name !== hubRecordName(namespace, name)) {
    return { problem: `says it is ${cluster}'s ${namespace}/${name}, which is not where it lies` };
  }
  if (type !== 'ClusterSetIP' && type !== 'Headless')
    return { problem: `spec.type: ${JSON.stringify(type)} is unknown` };
  if (!Array.isArray(ipFamilies) || !ipFamilies.every((one) => one === 'IPv4' || one === 'IPv6')) {
    return { problem: 'spec.ipFamilies: not a list of IPv4 and IPv6' };
  }
  if (!Array.isArray(ports) || !ports.every(isPort)) return { problem: 'spec.ports: not a list of ports' };
  const bad = Object.entries(OPTIONAL).find(([field, { test }]) => !isOptional(spec[field], test));
  if (bad) return { problem: `spec.${bad[0]}: not ${bad[1].what}` };
  return { record: exportRecord(spec as unknown as ClusterExportSpec) };
}

function isEndpoint(endpoint: unknown): boolean {
  if (!isObject(endpoint)) return false;
  const { name, hostname, podAddress, substituteAddress, ready, ports } = endpoint;
  return (
    isText(name) &&
    isOptional(hostname, isText) &&
    isAddress(podAddress) &&
    isOptional(substituteAddress, isAddress) &&
    typeof ready === 'boolean' &&
    Array.isArray(ports) &&
    ports.every(isEndpointPort)
  );
}

function isEndpointPort(port: unknown): boolean {
  if (!isObject(port)) return false;
  const { name, port: number, lanePort } = port;
  return isOptional(name, isText) && isPortNumber(number) && isOptional(lanePort, isPortNumber);
}

function isPort(port: unknown): boolean {
  if (!isObject(port)) return false;
  const { name, protocol, appProtocol, port: number, lanePort, ready, total } = port;
  return (
    isOptional(name, isText) &&
    isOptional(appProtocol, isText) &&
    PROTOCOLS.includes(protocol as string) &&
    isPortNumber(number) &&
    isOptional(lanePort, isPortNumber) &&
    isCount(ready) &&
    isCount(total)
  );
}

const isText = (value: unknown) => typeof value === 'string';
const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
const isPortNumber = (value: unknown) => isCount(value) && (value as number) >= 1 && (value as number) <= 65_535;
const isAddress = (value: unknown) => typeof value === 'string' && parseIp(value) !== undefined;
const isTextList = (value: unknown) => Array.isArray(value) && value.every(isText);
const isTextMap = (value: unknown) => isObject(value) && Object.values(value).every(isText);
const isEndpointList = (value: unknown) => Array.isArray(value) && value.every(isEndpoint);
const isAffinityConfig = (value: unknown) =>
  isObject(value) &&
  isOptional(value['clientIP'], (client) => isObject(client) && isOptional(client['timeoutSeconds'], isCount));

const OPTIONAL: Readonly<Record<string, { readonly test: (value: unknown) => boolean; readonly what: string }>> = {
  sessionAffinity: { test: (value) => value === 'None' || value === 'ClientIP', what: 'None or ClientIP' },
  sessionAffinityConfig: { test: isAffinityConfig, what: 'a clientIP with timeoutSeconds' },
  internalTrafficPolicy: { test: (value) => value === 'Cluster' || value === 'Local', what: 'Cluster or Local' },
  trafficDistribution: { test: isText, what: 'text' },
  exportedLabels: { test: isTextMap, what: 'a map of text' },
  exportedAnnotations: { test: isTextMap, what: 'a map of text' },
  exportedAt: { test: isText, what: 'text' },
  targetClusters: { test: isTextList, what: 'a list of text' },
  endpoints: { test: isEndpointList, what: 'a list of endpoints' },
};

function isOptional(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || test(value);
}
