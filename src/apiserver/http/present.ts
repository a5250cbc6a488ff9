/** How objects are shown: as they are, or as a Table when the client asks for one. */
import type { Clock } from '#kit/index.ts';
import { apiVersionOf, asJson, buildTable, type JsonObject, type KubeObject } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import { summaryOf } from '../kinds/summary.ts';
import { inVersion } from '../write/stored.ts';
import type { Exchange } from './exchange.ts';

export function wantsTable({ request }: Exchange): boolean {
  return /as=Table/.test(request.headers.accept ?? '');
}

/** An object, or a Table of one row. */
export function presentOne(exchange: Exchange, asked: Asked, object: KubeObject, clock: Clock): JsonObject {
  const shown = inVersion(asked, object);
  return wantsTable(exchange) ? tableOf(exchange, asked, [shown], {}, clock) : asJson(shown);
}

/** A list, or a Table. @param metadata the answer's ListMeta */
export function presentList(
  exchange: Exchange,
  asked: Asked,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  clock: Clock,
): JsonObject {
  const items = objects.map((object) => inVersion(asked, object));
  if (wantsTable(exchange)) return tableOf(exchange, asked, items, metadata, clock);
  return { kind: `${asked.type.kind}List`, apiVersion: apiVersionOf(asked.type), metadata, items: items.map(asJson) };
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
