/** A cluster's Services and slices, as many as one likes. */
import { ENDPOINT_SLICES, type EndpointSlice, NAMESPACES, SERVICES, type Service } from '#api/index.ts';
import type { Put } from './scale-cluster.ts';

const NAMESPACE_COUNT = 50;

export function putServices(put: Put, count: number, each: number): void {
  for (let i = 0; i < NAMESPACE_COUNT; i++)
    put(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `team-${i}` } });
  for (let i = 0; i < count; i++) {
    put(SERVICES, service(i));
    put(ENDPOINT_SLICES, slice(i, each, 0));
  }
}

function service(i: number): Service {
  const clusterIP = `10.${65 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: nameOf(i),
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      selector: { app: nameOf(i).name },
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    },
  } as Service;
}

export function nameOf(i: number) {
  return { namespace: `team-${i % NAMESPACE_COUNT}`, name: `a-service-with-a-name-${i}` };
}

/** @param round the last pod of a later round is another one */
export function slice(i: number, each: number, round: number): EndpointSlice {
  const { namespace, name } = nameOf(i);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name: `${name}-x7k2p`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: Array.from({ length: each }, (_, j) => ({
      addresses: [
        `10.${128 + (j === each - 1 ? round % 64 : 0)}.${((i * each + j) >> 8) & 255}.${(i * each + j) & 255}`,
      ],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${j}`,
      zone: 'z1',
      targetRef: { kind: 'Pod', namespace, name: `${name}-${j}` },
    })) as EndpointSlice['endpoints'],
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  };
}
