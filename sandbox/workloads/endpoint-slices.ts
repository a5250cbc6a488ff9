/** Service → EndpointSlices, at once when a pod's readiness changes. */
import {
  ANNOTATION_TRIGGER_TIME,
  ENDPOINT_SLICES,
  type EndpointSlice,
  LABEL_MANAGED_BY,
  type Service,
} from '#api/index.ts';
import { createQueue } from '#kit/index.ts';
import { deepEqual, keyOf, labelRequirements, matchesLabels } from '#objects/index.ts';
import { untilSeen, type WorkloadContext } from './context.ts';
import type { Pod } from './kinds.ts';
import { SLICE_MANAGER, slicesOf } from './slices.ts';

/** @returns stop */
export function runEndpointSlices(context: WorkloadContext): () => void {
  const { caches, clock, log } = context;
  const queue = createQueue({ clock, log, work: (key) => sync(context, key), workers: 8, maxRetryMs: 2_000 });
  const stops = [
    caches.services.onChange(({ key }) => queue.add(key)),
    caches.pods.onChange(({ object, before }) => {
      for (const service of caches.services.inNamespace(object.metadata.namespace ?? ''))
        if (selects(service, object) || (before && selects(service, before))) queue.add(keyOf(service));
    }),
    caches.slices.onChange(({ object }) => {
      const owner = object.metadata.ownerReferences?.[0]?.name;
      if (isOurs(object) && owner) queue.add(`${object.metadata.namespace}/${owner}`);
    }),
    () => queue.stop(),
  ];
  for (const key of caches.services.keys()) queue.add(key);
  return () => {
    for (const stop of stops) stop();
  };
}

async function sync(context: WorkloadContext, key: string): Promise<void> {
  const { client, caches } = context;
  const service = caches.services.get(key);
  if (!service || !hasSelector(service) || service.metadata.deletionTimestamp) return;
  const pods = caches.pods.inNamespace(service.metadata.namespace ?? '').filter((pod) => selects(service, pod));
  const wanted = slicesOf(service, pods, zonesOf(context));
  const existing = caches.slices.indexed(service.metadata.uid ?? '').filter(isOurs);
  const changed = lastChange(pods);
  await Promise.all(wanted.map((slice) => put(context, slice, changed)));
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { metadata } of existing) {
    const { namespace, name, uid } = metadata;
    if (!names.has(name)) await client.delete(ENDPOINT_SLICES, { namespace, name }, { uid });
  }
}

/** When a pod last became ready, or not so. */
function lastChange(pods: readonly Pod[]): string | undefined {
  const times = pods.flatMap(
    ({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? [],
  );
  return times.toSorted().at(-1);
}

async function put(context: WorkloadContext, slice: EndpointSlice, changed: string | undefined): Promise<void> {
  const { client, caches, clock } = context;
  const before = caches.slices.get(keyOf(slice));
  if (before && isSame(before, slice)) return;
  const annotations = { ...before?.metadata.annotations, ...(changed && { [ANNOTATION_TRIGGER_TIME]: changed }) };
  const metadata = { ...(before?.metadata ?? slice.metadata), ...changing(slice), annotations };
  const next = { ...slice, metadata };
  const written = await (before ? client.update(ENDPOINT_SLICES, next) : client.create(ENDPOINT_SLICES, next));
  // The next change is made on top of this one.
  const isSeen = () => caches.slices.get(keyOf(slice))?.metadata.resourceVersion === written.metadata.resourceVersion;
  await untilSeen(clock, isSeen, caches.slices);
}

function isSame(before: EndpointSlice, slice: EndpointSlice): boolean {
  const { endpoints, ports } = before;
  return (
    deepEqual(changing(before), changing(slice)) &&
    deepEqual(endpoints ?? [], slice.endpoints) &&
    deepEqual(ports ?? [], slice.ports)
  );
}

function changing({ metadata: { labels, ownerReferences } }: EndpointSlice) {
  return { labels, ownerReferences };
}

function hasSelector({ spec }: Service): boolean {
  return spec?.type !== 'ExternalName' && Object.keys(spec?.selector ?? {}).length > 0;
}

function selects(service: Service, pod: Pod): boolean {
  if (!hasSelector(service)) return false;
  const requirements = labelRequirements({ matchLabels: service.spec?.selector });
  return requirements.ok && matchesLabels(requirements.value, pod.metadata.labels);
}

function isOurs({ metadata }: EndpointSlice): boolean {
  return metadata.labels?.[LABEL_MANAGED_BY] === SLICE_MANAGER;
}

function zonesOf({ caches }: WorkloadContext): Map<string, string> {
  return new Map(
    caches.nodes.list().flatMap(({ metadata: { name, labels } }) => {
      const zone = labels?.['topology.kubernetes.io/zone'];
      return zone === undefined ? [] : [[name, zone] as const];
    }),
  );
}
