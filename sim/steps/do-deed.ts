/** What people do, done: through the API server of their cluster, again and again until it takes it. */
import {
  ENDPOINT_SLICES,
  type EndpointSlice,
  GLOBAL_TRAFFIC_POLICIES,
  MEMBER_CLUSTERS,
  NAMESPACES,
  SERVICE_EXPORTS,
  SERVICES,
} from '#api/index.ts';
import { isFault, sleep } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { type KubeObject, type ResourceType, splitKey } from '#objects/index.ts';
import type { World } from '../world/world.ts';
import { podAddress } from './pods.ts';
import type { Deed } from './step.ts';

const AGAIN_MS = 400;
const TRIES = 60;

export async function doDeed(world: World, deed: Deed): Promise<void> {
  const { server } = world.cluster(deed.cluster);
  const client = world.admin(deed.do === 'drain' ? world.hub : server);
  for (let i = 0; i < TRIES; i++) {
    try {
      return await attempt(world, client, deed);
    } catch (error) {
      // A namespace that is not there, or going: whoever asked for it gets a refusal, and that was that.
      if (isFault(error, 'kube/not-found') || isFault(error, 'kube/forbidden') || isFault(error, 'kube/invalid'))
        return;
    }
    await sleep(world.adminClock, AGAIN_MS);
  }
}

async function attempt(world: World, client: Client, deed: Deed): Promise<void> {
  switch (deed.do) {
    case 'export':
      await putService(world, client, deed);
      return create(client, SERVICE_EXPORTS, named('multicluster.x-k8s.io/v1beta1', 'ServiceExport', deed.service));
    case 'unexport':
      return void (await client.delete(SERVICE_EXPORTS, splitKeyed(deed.service)));
    case 'export-again':
      if (!(await client.find(SERVICE_EXPORTS, splitKeyed(deed.service)))) return;
      await client.delete(SERVICE_EXPORTS, splitKeyed(deed.service));
      return create(client, SERVICE_EXPORTS, named('multicluster.x-k8s.io/v1beta1', 'ServiceExport', deed.service));
    case 'delete-service':
      await client.delete(ENDPOINT_SLICES, sliceRef(deed.service));
      return void (await client.delete(SERVICES, splitKeyed(deed.service)));
    case 'ready':
      if (!(await client.find(SERVICES, splitKeyed(deed.service)))) return;
      return putSlice(world, client, deed);
    case 'policy':
      return put(client, GLOBAL_TRAFFIC_POLICIES, {
        ...named('sealane.dev/v1alpha1', 'GlobalTrafficPolicy', deed.service),
        spec: deed.spec,
      } as KubeObject);
    case 'no-policy':
      return void (await client.delete(GLOBAL_TRAFFIC_POLICIES, splitKeyed(deed.service)));
    case 'make-namespace':
      return create(client, NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: deed.namespace } });
    case 'delete-namespace':
      return void (await client.delete(NAMESPACES, { name: deed.namespace }));
    case 'drain': {
      if (!(await client.find(MEMBER_CLUSTERS, { name: deed.cluster }))) return;
      await client.patch(MEMBER_CLUSTERS, { name: deed.cluster }, { spec: { drain: deed.on } });
    }
  }
}

interface Scaled {
  readonly cluster: string;
  readonly service: string;
  readonly ready: number;
  readonly total: number;
  readonly sticky?: boolean;
}

async function putService(world: World, client: Client, scaled: Scaled): Promise<void> {
  const sessionAffinity = scaled.sticky ? 'ClientIP' : 'None';
  const spec = {
    sessionAffinity,
    ports: [
      { name: 'http', port: 80 },
      { name: 'metrics', port: 9090 },
    ],
  };
  await create(client, SERVICES, { ...named('v1', 'Service', scaled.service), spec } as KubeObject);
  await putSlice(world, client, scaled);
}

function putSlice(world: World, client: Client, { cluster, service, ready, total }: Scaled): Promise<void> {
  const { namespace, name } = sliceRef(service);
  const { number } = world.cluster(cluster).options;
  const labels = { 'kubernetes.io/service-name': splitKey(service).name };
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name, labels },
    addressType: 'IPv4',
    endpoints: Array.from({ length: total }, (_, i) => ({
      addresses: [podAddress(number, service, i)],
      conditions: { ready: i < ready },
    })),
    ports: [
      { name: 'http', protocol: 'TCP', port: 8080 },
      { name: 'metrics', protocol: 'TCP', port: 9100 },
    ],
  };
  return put(client, ENDPOINT_SLICES, slice);
}

async function put<T extends KubeObject>(client: Client, type: ResourceType, object: T): Promise<void> {
  const { namespace, name } = object.metadata;
  const current = await client.find(type, { namespace, name });
  if (!current) return void (await client.create(type, object));
  await client.update(type, {
    ...current,
    ...object,
    metadata: { ...current.metadata, labels: object.metadata.labels },
  });
}

async function create(client: Client, type: ResourceType, object: KubeObject): Promise<void> {
  try {
    await client.create(type, object);
  } catch (error) {
    if (!isFault(error, 'kube/exists')) throw error;
  }
}

function named(apiVersion: string, kind: string, service: string): KubeObject {
  return { apiVersion, kind, metadata: splitKeyed(service) };
}

function splitKeyed(service: string): { namespace: string; name: string } {
  const { namespace = '', name } = splitKey(service);
  return { namespace, name };
}

function sliceRef(service: string): { namespace: string; name: string } {
  const { namespace, name } = splitKeyed(service);
  return { namespace, name: `${name}-abc` };
}
