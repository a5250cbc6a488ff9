/** Deletion: of one object, of a whole collection. */
import { isObject, type JsonObject, storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { DeleteRequest, ObjectRef } from '../write/request.ts';
import { badRequest, unsupportedValue } from './api-error.ts';
import { type Exchange, numberParameter, parseText, readBody, sendJson } from './exchange.ts';
import { presentList, presentOne } from './present.ts';
import type { ResourceContext } from './resource-context.ts';
import { filterOf } from './selection.ts';
import { isDryRun } from './write-request.ts';

export async function serveDelete(
  { writer, clock }: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  ref: ObjectRef,
): Promise<void> {
  const { object, gone } = writer.remove(asked, ref, deleteRequest(exchange.url, await deleteOptions(exchange)));
  if (!gone) {
    const isNamespace = asked.type.plural === 'namespaces';
    return sendJson(exchange, isNamespace ? 200 : 202, presentOne(exchange, asked, object, clock));
  }
  const details = { name: ref.name, kind: asked.type.plural, group: asked.type.group, uid: object.metadata.uid };
  sendJson(exchange, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

export async function serveDeleteAll(
  { store, writer, clock }: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  namespace: string | undefined,
): Promise<void> {
  const request = deleteRequest(exchange.url, await deleteOptions(exchange));
  const outcome = store.list(storeResource(asked.type), { namespace, filter: filterOf(exchange.url, undefined) });
  const items = outcome.outcome === 'ok' ? outcome.items : [];
  for (const { metadata } of items) writer.remove(asked, metadata, request);
  sendJson(exchange, 200, presentList(exchange, asked, items, { resourceVersion: String(store.revision()) }, clock));
}

async function deleteOptions(exchange: Exchange): Promise<JsonObject> {
  const text = await readBody(exchange);
  if (text.trim() === '') return {};
  const options = await parseText(text, false);
  if (!isObject(options)) throw badRequest('error decoding DeleteOptions: not an object');
  return options;
}

const POLICIES = ['Background', 'Foreground', 'Orphan'] as const;

/** meta/v1 DeleteOptions, and what may stand in the query instead. @throws ApiError 400, 422 */
export function deleteRequest(url: URL, options: JsonObject): DeleteRequest {
  const preconditions = isObject(options.preconditions) ? options.preconditions : {};
  const grace = options.gracePeriodSeconds ?? numberParameter(url, 'gracePeriodSeconds');
  return {
    uid: textOf(preconditions.uid),
    resourceVersion: textOf(preconditions.resourceVersion),
    graceSeconds: typeof grace === 'number' ? Math.max(0, Math.floor(grace)) : undefined,
    propagation: propagationOf(url, options),
    dryRun: isDryRun(url, Array.isArray(options.dryRun) ? options.dryRun.map(String) : []),
  };
}

function propagationOf({ searchParams }: URL, options: JsonObject): DeleteRequest['propagation'] {
  if (options.orphanDependents === true) return 'Orphan';
  const asked = textOf(options.propagationPolicy) ?? searchParams.get('propagationPolicy') ?? '';
  const known = POLICIES.find((policy) => policy === asked);
  if (asked && !known) throw unsupportedValue('propagationPolicy', asked, POLICIES);
  return known;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
