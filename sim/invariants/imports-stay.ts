/** What somebody still exports stays imported, whatever the hub has lost. */
import type { ClusterExport, ClusterExportSpec, EndpointSlice } from '#api/index.ts';
import { type Invariant, noting, type Watched } from './invariant.ts';
import { namespaceIsThere, RESOURCE, sourceOf } from './truth.ts';

const EXPORT = 'sealane.dev/export';

export function importsStay({ world, damage }: Watched): Invariant {
  const found = noting('imports stay');
  world.onChange.add(({ server, type, key, object }) => {
    if (key.resource !== RESOURCE.slices || type !== 'DELETED') return;
    const importer = world.clusters.find((one) => one.server === server);
    const slice = object as unknown as EndpointSlice;
    const source = sourceOf(slice);
    if (!importer || !source || source.cluster === importer.options.member) return;
    if (damage.rebuilt.has(source.cluster) || !namespaceIsThere(server.store, key.namespace ?? '')) return;
    const exporter = world.clusters.find((one) => one.name === source.cluster);
    const [namespace, name = ''] = source.service.split('/');
    const record = exporter?.server.store.get({ resource: RESOURCE.records, namespace, name }) as unknown as
      | ClusterExport
      | undefined;
    const held = specOn(slice);
    if (!record || record.spec.withdrawn !== undefined || record.spec.epoch !== held?.epoch) return;
    if (record.metadata.deletionTimestamp !== undefined) return;
    found.note(
      `${importer.name}: ${key.namespace}/${key.name} is gone, and ${source.cluster} exports ${source.service} as before (epoch ${held?.epoch})`,
    );
  });
  return found;
}

function specOn({ metadata }: EndpointSlice): ClusterExportSpec | undefined {
  const text = metadata.annotations?.[EXPORT];
  return text ? (JSON.parse(text) as ClusterExportSpec) : undefined;
}
