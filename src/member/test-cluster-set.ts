/** A hub and members, each with an API server of its own, in one process. */
import { startTestServer, type TestServer, type TestServerOptions } from './test-api-server.ts';
import type { TestContext } from 'node:test';
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  ENDPOINT_SLICES,
  type EndpointSlice,
  MEMBER_CLUSTERS,
  type MemberCluster,
  type MemberClusterSpec,
  NAMESPACES,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  type Service,
  type ServiceExport,
  type ServiceImport,
  type ServicePort,
  SERVICES,
} from '#api/index.ts';
import { createLog, silentLog, sleep, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import { runMember } from './main.ts';
import type { MemberOptions } from './options.ts';

export interface TestMember {
  readonly name: string;
  readonly client: Client;
  readonly server: TestServer;
  start(more?: Partial<MemberOptions>): void;
  stop(): Promise<void>;
}

export interface ClusterSet {
  readonly hub: Client;
  readonly hubServer: TestServer;
  readonly members: Readonly<Record<string, TestMember>>;
  member(name: string): TestMember;
}

const log = process.env['SEALANE_LOG'] ? createLog('test') : silentLog;

/** Members `a`, `b`, … all Plain, in region `eu`, zone = their name; started. */
export async function clusterSet(
  t: TestContext,
  names: readonly string[],
  specs: Record<string, MemberClusterSpec> = {},
  options: TestServerOptions = {},
): Promise<ClusterSet> {
  const hubServer = await startTestServer('hub', options);
  const hub = hubServer.client();
  const members: Record<string, TestMember> = {};
  for (const name of names) {
    const spec = { region: 'eu', zone: name, group: 'default', transport: 'Plain' as const, ...specs[name] };
    await hub.create(MEMBER_CLUSTERS, memberCluster(name, spec));
    members[name] = await testMember(name, hubServer);
  }
  t.after(async () => {
    for (const member of Object.values(members)) {
      await member.stop();
      member.client.close();
      await member.server.close();
    }
    hub.close();
    await hubServer.close();
  });
  for (const member of Object.values(members)) member.start();
  return { hub, hubServer, members, member: (name) => members[name] ?? fail(name) };
}

function fail(name: string): never {
  throw new Error(`no member ${name}`);
}

export async function testMember(name: string, hubServer: TestServer): Promise<TestMember> {
  const server = await startTestServer('member');
  const client = server.client();
  await namespaces(client, 'demo');
  let running: { readonly stop: AbortController; readonly ended: Promise<void>; readonly hub: Client } | undefined;
  return {
    name,
    client,
    server,
    start(more = {}) {
      const stop = new AbortController();
      const hub = hubServer.client();
      const ended = runMember({
        cluster: name,
        client,
        hub,
        identity: name,
        log: log.child({ cluster: name }),
        signal: stop.signal,
        ...more,
      });
      running = { stop, ended, hub };
    },
    async stop() {
      running?.stop.abort();
      await running?.ended;
      running?.hub.close();
      running = undefined;
    },
  };
}

export function memberCluster(name: string, spec: MemberClusterSpec): MemberCluster {
  return { apiVersion: 'sealane.dev/v1alpha1', kind: 'MemberCluster', metadata: { name }, spec };
}

export async function namespaces(client: Client, ...names: string[]): Promise<void> {
  for (const name of names)
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

const HTTP: readonly ServicePort[] = [{ name: 'http', protocol: 'TCP', port: 80 }];

export interface Exported {
  readonly ready?: number;
  readonly total?: number;
  readonly ports?: readonly ServicePort[];
}

/** A Service `demo/web` with so many ready of so many endpoints, exported. */
export async function exportWeb({ client }: TestMember, asked: Exported = {}): Promise<void> {
  const { ready = 2, total = ready, ports = HTTP } = asked;
  await client.create(SERVICES, serviceOf(ports));
  await client.create(ENDPOINT_SLICES, ownSlice(ready, total, ports));
  await client.create(SERVICE_EXPORTS, serviceExport());
}

/** Exported by `b` and seen by `a`. @returns the slices that `a` has then */
export async function importedWeb(set: ClusterSet): Promise<Record<string, EndpointSlice>> {
  await exportWeb(set.member('b'));
  return eventually(
    'import',
    () => slicesOf(set.member('a')),
    (all) => all['b'] !== undefined,
  );
}

export function serviceOf(ports: readonly ServicePort[] = HTTP, spec: Service['spec'] = {}): Service {
  const base = { type: 'ClusterIP' as const, clusterIP: '10.96.0.20', ipFamilies: ['IPv4' as const] };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'demo', name: 'web' },
    spec: { ...base, ports, ...spec },
  };
}

export function serviceExport(): ServiceExport {
  return {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceExport',
    metadata: { namespace: 'demo', name: 'web' },
  };
}

export function ownSlice(ready: number, total: number, ports: readonly ServicePort[] = HTTP): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'demo', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: Array.from({ length: total }, (_, i) => ({
      addresses: [`10.244.1.${i + 2}`],
      conditions: { ready: i < ready },
    })),
    ports: ports.map(({ name = '', protocol = 'TCP', port }) => ({ name, protocol, port })),
  };
}

/** Asks until the answer passes; a test never sleeps for a fixed time. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  test: (answer: T) => boolean,
  ms = 20_000,
): Promise<T> {
  const deadline = systemClock.monotonic() + ms;
  for (;;) {
    const answer = await ask();
    if (test(answer)) return answer;
    if (systemClock.monotonic() > deadline)
      throw new Error(`not within ${ms} ms: ${what}; last seen: ${JSON.stringify(answer, null, 1)}`);
    await sleep(systemClock, 10);
  }
}

const WEB = { namespace: 'demo', name: 'web' };

export const importOf = ({ client }: TestMember) => client.find<ServiceImport>(SERVICE_IMPORTS, WEB);
export const recordOf = ({ client }: TestMember) => client.find<ClusterExport>(CLUSTER_EXPORTS, WEB);
export const exportOf = ({ client }: TestMember) => client.find<ServiceExport>(SERVICE_EXPORTS, WEB);
export const mirrorOf = ({ client }: TestMember, name: string) => client.find<MemberCluster>(MEMBER_CLUSTERS, { name });

/** The imported slices of demo/web by source cluster. */
export async function slicesOf({ client }: TestMember): Promise<Record<string, EndpointSlice>> {
  const slices = await client.list<EndpointSlice>(ENDPOINT_SLICES, { namespace: 'demo' });
  const source = (slice: EndpointSlice) => slice.metadata.labels?.['multicluster.kubernetes.io/source-cluster'];
  return Object.fromEntries(slices.flatMap((slice) => (source(slice) ? [[source(slice) ?? '', slice]] : [])));
}

/** `Type=Status/Reason` of each condition. */
export function conditionsOf(
  object:
    | { readonly status?: { readonly conditions?: readonly { type: string; status: string; reason: string }[] } }
    | undefined,
) {
  return (object?.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status}/${reason}`).toSorted();
}

export async function remove(
  client: Client,
  type: ResourceType,
  object: Pick<KubeObject, 'metadata'> = { metadata: WEB },
): Promise<void> {
  await client.delete(type, object.metadata);
}
