/** What a case of the suite is given: a namespace in every member, and short words for what it makes and waits for there. */
import assert from 'node:assert/strict';
import {
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  type EndpointSlice,
  PODS,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  SERVICES,
  type Service,
  type ServiceExport,
  type ServiceImport,
} from '#api/index.ts';
import { isFault, sleep, systemClock } from '#kit/index.ts';
import type { KubeObject } from '#objects/index.ts';
import type { McsMember, McsTarget } from './target.ts';

export const SERVICE = 'hello';
export const PORTS = [
  { name: 'tcp', protocol: 'TCP' as const, port: 42, targetPort: 42 },
  { name: 'udp', protocol: 'UDP' as const, port: 42, targetPort: 42 },
];
export const HEADLESS = { clusterIP: 'None' };

export interface Stage {
  readonly target: McsTarget;
  readonly namespace: string;
  /** By place in the set, from 0. */
  member(i: number): McsMember;
  /** Its clusterset name. */
  readonly name: string;
  service(member: McsMember, spec?: object, metadata?: object): Promise<void>;
  export(member: McsMember, spec?: object, metadata?: object): Promise<void>;
  unexport(member: McsMember): Promise<void>;
  /** One pod behind the Service. */
  deployment(member: McsMember): Promise<void>;
  /** A pod by its hostname behind the Service, on that node if one is named. */
  host(member: McsMember, hostname: string, nodeName?: string): Promise<void>;
  findImport(member: McsMember): Promise<ServiceImport | undefined>;
  /** Waits for an import that passes. */
  import(member: McsMember, what: string, test?: (found: ServiceImport) => boolean): Promise<ServiceImport>;
  gone(member: McsMember): Promise<void>;
  /** Imported slices from one cluster. */
  slices(member: McsMember, source: string): Promise<EndpointSlice[]>;
  /** The Service's own slices in its cluster. */
  ownSlices(member: McsMember): Promise<EndpointSlice[]>;
  /** Waits until a condition of the export is `status/reason`. @returns its message */
  condition(member: McsMember, type: string, wanted: string): Promise<string>;
}

export function stageOf(target: McsTarget, namespace: string): Stage {
  const name = { namespace, name: SERVICE };
  const create = (member: McsMember, type: Parameters<McsMember['client']['create']>[0], object: KubeObject) =>
    patiently(() => member.client.create(type, object));
  const findExport = (member: McsMember) => member.client.find<ServiceExport>(SERVICE_EXPORTS, name);
  const findImport = (member: McsMember) => member.client.find<ServiceImport>(SERVICE_IMPORTS, name);
  const slicesWith = async (member: McsMember, labels: Readonly<Record<string, string>>) => {
    const all = await member.client.list<EndpointSlice>(ENDPOINT_SLICES, { namespace });
    return all.filter(({ metadata }) =>
      Object.entries(labels).every(([label, value]) => metadata.labels?.[label] === value),
    );
  };
  return {
    target,
    namespace,
    member: (i) => target.members[i] ?? assert.fail(`the set has no member ${i}`),
    name: `${SERVICE}.${namespace}.svc.clusterset.local`,
    async service(member, spec = {}, metadata = {}) {
      await create(member, SERVICES, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { ...name, ...metadata },
        spec: { selector: { app: SERVICE }, ports: PORTS, ...spec },
      } as Service);
    },
    async export(member, spec = {}, metadata = {}) {
      const apiVersion = 'multicluster.x-k8s.io/v1beta1';
      await create(member, SERVICE_EXPORTS, {
        apiVersion,
        kind: 'ServiceExport',
        metadata: { ...name, ...metadata },
        spec,
      } as ServiceExport);
    },
    unexport: (member) => member.client.delete(SERVICE_EXPORTS, name).then(() => {}),
    async deployment(member) {
      const labels = { app: SERVICE };
      await create(member, DEPLOYMENTS, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: name,
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: target.serverContainers } },
        },
      } as KubeObject);
    },
    async host(member, hostname, nodeName) {
      await create(member, PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace, name: hostname, labels: { app: SERVICE } },
        spec: { hostname, subdomain: SERVICE, containers: target.serverContainers, ...(nodeName && { nodeName }) },
      } as KubeObject);
    },
    findImport,
    import: (member, what, test = () => true) =>
      eventually(
        `import in ${member.name}: ${what}`,
        () => findImport(member),
        (found) => found !== undefined && test(found),
      ) as Promise<ServiceImport>,
    gone: async (member) => {
      await eventually(
        `no import in ${member.name}`,
        () => findImport(member),
        (found) => found === undefined,
      );
    },
    slices: (member, source) =>
      slicesWith(member, {
        'multicluster.kubernetes.io/service-name': SERVICE,
        'multicluster.kubernetes.io/source-cluster': source,
      }),
    ownSlices: (member) => slicesWith(member, { 'kubernetes.io/service-name': SERVICE }),
    async condition(member, type, wanted) {
      const find = (found: ServiceExport | undefined) => found?.status?.conditions?.find((one) => one.type === type);
      const found = await eventually(
        `${type}=${wanted} on the export of ${member.name}`,
        () => findExport(member),
        (one) => `${find(one)?.status}/${find(one)?.reason}` === wanted,
      );
      assert.equal(find(found)?.observedGeneration, found?.metadata.generation, 'observedGeneration');
      return find(found)?.message ?? '';
    },
  };
}

/** Asks until the answer passes, for a minute. */
export async function eventually<T>(what: string, ask: () => Promise<T>, test: (answer: T) => boolean): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const answer = await patiently(ask);
    if (test(answer)) return answer;
    assert.ok(
      performance.now() < end,
      `waited 60 s for ${what}; last seen: ${JSON.stringify(answer)?.slice(0, 2_000)}`,
    );
    await sleep(systemClock, 50);
  }
}

/** A busy server may be slow to take a connection: then nothing was asked yet, and it is asked again. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!isFault(error, 'kube/unreachable') || tries === 10) throw error;
    }
  }
}
