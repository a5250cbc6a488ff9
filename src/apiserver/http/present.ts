/** How objects are shown: as they are, as a Table, or their metadata alone, as the client asks. */
import type { Clock } from '#kit/index.ts';
import { apiVersionOf, asJson, buildTable, type JsonObject, type KubeObject } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import { summaryOf } from '../kinds/summary.ts';
import { inVersion } from '../write/stored.ts';
import type { Exchange } from './exchange.ts';

export type Form = 'object' | 'table' | 'metadata';

/** What the client likes best of what there is. */
export function formWanted({ request }: Exchange): Form {
  const [, as] = /;\s*as=(Table|PartialObjectMetadata)/.exec(request.headers.accept ?? '') ?? [];
  return as === undefined ? 'object' : as === 'Table' ? 'table' : 'metadata';
}

/** An object, its metadata, or a Table of one row. */
export function presentOne(exchange: Exchange, asked: Asked, object: KubeObject, clock: Clock): JsonObject {
  const shown = inVersion(asked, object);
  const form = formWanted(exchange);
  if (form === 'metadata') return metadataOf(shown);
  return form === 'table' ? tableOf(exchange, asked, [shown], {}, clock) : asJson(shown);
}

/** A list of either. @param metadata the answer's ListMeta */
export function presentList(
  exchange: Exchange,
  asked: Asked,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  clock: Clock,
): JsonObject {
  const items = objects.map((object) => inVersion(asked, object));
  const form = formWanted(exchange);
  if (form === 'metadata')
    return { kind: 'PartialObjectMetadataList', apiVersion: META_V1, metadata, items: items.map(metadataOf) };
  if (form === 'table') return tableOf(exchange, asked, items, metadata, clock);
  return {
    kind: asked.kind.listKind ?? `${asked.type.kind}List`,
    apiVersion: apiVersionOf(asked.type),
    metadata,
    items: items.map(asJson),
  };
}

const META_V1 = 'meta.k8s.io/v1';

/** What a client gets that looks at names, labels and owners of whatever kind: the garbage collector of a cluster, for one. */
function metadataOf({ metadata }: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: META_V1, metadata: metadata as unknown as JsonObject };
}

function tableOf(
  { url }: Exchange,
  asked: Asked,
  items: readonly KubeObject[],
  metadata: JsonObject,
  clock: Clock,
): JsonObject {
  const include = url.searchParams.get('includeObject');
  const table = buildTable({
    columns: asked.version.columns,
    items: items.map((item) => ({ ...item, summary: summaryOf(asked.type.plural, asJson(item)) }) as KubeObject),
    now: clock.now(),
    includeObject: include === 'None' || include === 'Object' ? include : 'Metadata',
    metadata,
  });
  return table;
}
