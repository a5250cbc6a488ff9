/** The verbs on resources: which part of the engine answers a path and a method. */
import type { Clock } from '#kit/index.ts';
import { asJson, type JsonObject, type KubeObject, type Store, storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import type { DeleteRequest, ObjectRef, WriteRequest } from '../write/request.ts';
import { keyOf, type Writer } from '../write/writer.ts';
import { ApiError, badRequest, expired, methodNotAllowed, noSuchPath, notFound } from './api-error.ts';
import { type Exchange, flagParameter, numberParameter, readBody, readObject, sendJson } from './exchange.ts';
import type { ApiPath } from './parse-path.ts';
import { servePatch } from './patch.ts';
import { presentList, presentOne } from './present.ts';
import { scaleOf, withScale } from './scale.ts';
import { filterOf } from './selection.ts';
import { serveWatch } from './watch.ts';

export interface ResourceContext {
  readonly registry: Registry;
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
}

/** @throws ApiError */
export async function serveResource(context: ResourceContext, exchange: Exchange, path: ApiPath): Promise<void> {
  const asked = context.registry.find(path.group, path.version, path.plural);
  if (!asked) throw noSuchPath();
  if (!asked.type.namespaced && path.namespace) throw noSuchPath();
  if (path.name === undefined) return serveCollection(context, exchange, asked, path.namespace);
  if (asked.type.namespaced && !path.namespace) throw noSuchPath();
  const ref = { namespace: path.namespace, name: path.name };
  if (path.subresource) return serveSubresource(context, exchange, asked, ref, path.subresource);
  return serveObject(context, exchange, asked, ref);
}

async function serveCollection(
  context: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  namespace: string | undefined,
) {
  const { method } = exchange.request;
  if (method === 'GET') return serveList(context, exchange, asked, namespace, undefined);
  if (method === 'POST') {
    const request = writeRequest(exchange);
    const object = context.writer.create(asked, namespace, await readObject(exchange), request);
    return sendJson(exchange, 201, presentOne(exchange, asked, object, context.clock), request.warnings);
  }
  if (method === 'DELETE') return deleteAll(context, exchange, asked, namespace);
  throw methodNotAllowed();
}

async function serveObject(context: ResourceContext, exchange: Exchange, asked: Asked, ref: ObjectRef) {
  const { writer, clock } = context;
  const { method } = exchange.request;
  const show = (object: KubeObject, status = 200, warnings: readonly string[] = []) =>
    sendJson(exchange, status, presentOne(exchange, asked, object, clock), warnings);
  if (method === 'GET' && flagParameter(exchange.url, 'watch'))
    return serveList(context, exchange, asked, ref.namespace, ref.name);
  if (method === 'GET') return show(found(context, asked, ref));
  const request = writeRequest(exchange);
  if (method === 'PUT') {
    const body = await readObject(exchange);
    return show(
      writer.update(asked, ref, request, () => body),
      200,
      request.warnings,
    );
  }
  if (method === 'PATCH') {
    const { object, created } = await servePatch(writer, exchange, asked, ref, request, clock);
    return show(object, created ? 201 : 200, request.warnings);
  }
  if (method === 'DELETE') return serveDelete(context, exchange, asked, ref);
  throw methodNotAllowed();
}

async function serveSubresource(
  context: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  ref: ObjectRef,
  sub: string,
) {
  if (sub === 'status' && asked.kind.hasStatus) return serveStatus(context, exchange, asked, ref);
  if (sub === 'scale' && asked.kind.scale) return serveScale(context, exchange, asked, ref);
  if (sub === 'eviction' && asked.kind.subresources.includes(sub) && exchange.request.method === 'POST') {
    const { deleteOptions } = await readObject(exchange);
    context.writer.remove(asked, ref, deleteRequest(exchange.url, deleteOptions as JsonObject | undefined));
    return sendJson(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  }
  if (sub === 'binding' && asked.kind.subresources.includes(sub) && exchange.request.method === 'POST') {
    const { target } = await readObject(exchange);
    const nodeName = (target as JsonObject | undefined)?.name;
    context.writer.update(asked, ref, writeRequest(exchange), (pod) => ({
      ...pod,
      spec: { ...(pod.spec as JsonObject), nodeName },
    }));
    return sendJson(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  }
  throw noSuchPath();
}

async function serveStatus(context: ResourceContext, exchange: Exchange, asked: Asked, ref: ObjectRef) {
  const { writer, clock } = context;
  const { method } = exchange.request;
  const request = { ...writeRequest(exchange), subresource: 'status' };
  const show = (object: KubeObject) =>
    sendJson(exchange, 200, presentOne(exchange, asked, object, clock), request.warnings);
  if (method === 'GET') return show(found(context, asked, ref));
  if (method === 'PATCH') return show((await servePatch(writer, exchange, asked, ref, request, clock)).object);
  if (method !== 'PUT') throw methodNotAllowed();
  const body = await readObject(exchange);
  return show(writer.update(asked, ref, request, () => body));
}

async function serveScale(context: ResourceContext, exchange: Exchange, asked: Asked, ref: ObjectRef) {
  const { writer } = context;
  const { method } = exchange.request;
  const request = writeRequest(exchange);
  if (method === 'GET') return sendJson(exchange, 200, scaleOf(asked, found(context, asked, ref)));
  if (method !== 'PUT' && method !== 'PATCH') throw methodNotAllowed();
  const scale = method === 'PUT' ? await readObject(exchange) : (JSON.parse(await readBody(exchange)) as JsonObject);
  const object = writer.update(asked, ref, request, (before) => withScale(asked, before, scale));
  return sendJson(exchange, 200, scaleOf(asked, object));
}

function serveList(
  context: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  namespace: string | undefined,
  name: string | undefined,
) {
  const { store, clock, stopping } = context;
  const { url } = exchange;
  const filter = filterOf(url, name);
  if (flagParameter(url, 'watch') || name)
    return serveWatch({ store, clock, stopping }, exchange, asked, namespace, filter);
  const match = url.searchParams.get('resourceVersionMatch');
  const outcome = store.list(storeResource(asked.type), {
    namespace,
    filter,
    limit: numberParameter(url, 'limit'),
    continue: url.searchParams.get('continue') ?? undefined,
    revision: match === 'Exact' ? numberParameter(url, 'resourceVersion') : undefined,
  });
  if (outcome.outcome === 'expired')
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  if (outcome.outcome === 'bad-continue') throw badRequest('continue key is not valid');
  const metadata = {
    resourceVersion: String(outcome.revision),
    ...(outcome.continue && { continue: outcome.continue }),
    ...(outcome.remaining !== undefined && outcome.continue && { remainingItemCount: outcome.remaining }),
  };
  return sendJson(exchange, 200, presentList(exchange, asked, outcome.items, metadata, clock));
}

async function serveDelete(context: ResourceContext, exchange: Exchange, asked: Asked, ref: ObjectRef) {
  const body = await optionalBody(exchange);
  const { object, gone } = context.writer.remove(asked, ref, deleteRequest(exchange.url, body));
  if (!gone)
    return sendJson(
      exchange,
      asked.type.plural === 'namespaces' ? 200 : 202,
      presentOne(exchange, asked, object, context.clock),
    );
  const details = { name: ref.name, kind: asked.type.plural, group: asked.type.group, uid: object.metadata.uid };
  return sendJson(exchange, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

async function deleteAll(context: ResourceContext, exchange: Exchange, asked: Asked, namespace: string | undefined) {
  const { store, writer, clock } = context;
  const request = deleteRequest(exchange.url, await optionalBody(exchange));
  const outcome = store.list(storeResource(asked.type), { namespace, filter: filterOf(exchange.url, undefined) });
  const items = outcome.outcome === 'ok' ? outcome.items : [];
  for (const { metadata } of items) writer.remove(asked, metadata, request);
  sendJson(exchange, 200, presentList(exchange, asked, items, { resourceVersion: String(store.revision()) }, clock));
}

function found({ store }: ResourceContext, asked: Asked, ref: ObjectRef): KubeObject {
  const object = store.get(keyOf(asked, ref));
  if (!object) throw notFound(asked.type, ref.name);
  return object;
}

async function optionalBody(exchange: Exchange): Promise<JsonObject | undefined> {
  const text = await readBody(exchange);
  if (text.trim() === '') return undefined;
  try {
    return asJson(JSON.parse(text) as object);
  } catch {
    throw badRequest('error decoding DeleteOptions: not JSON');
  }
}

function deleteRequest(url: URL, options: JsonObject = {}): DeleteRequest {
  const preconditions = (options.preconditions ?? {}) as { uid?: string; resourceVersion?: string };
  const grace = options.gracePeriodSeconds ?? numberParameter(url, 'gracePeriodSeconds');
  const propagation = (options.propagationPolicy ??
    url.searchParams.get('propagationPolicy') ??
    undefined) as DeleteRequest['propagation'];
  return {
    uid: preconditions.uid,
    resourceVersion: preconditions.resourceVersion,
    graceSeconds: typeof grace === 'number' ? grace : undefined,
    propagation,
    dryRun: isDryRun(url) || Array.isArray(options.dryRun),
  };
}

function writeRequest({ request, url }: Exchange): WriteRequest {
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  const validation = url.searchParams.get('fieldValidation');
  return {
    manager: (url.searchParams.get('fieldManager') || agent).slice(0, 128),
    dryRun: isDryRun(url),
    fieldValidation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
    warnings: [],
  };
}

function isDryRun(url: URL): boolean {
  const dryRun = url.searchParams.getAll('dryRun').filter(Boolean);
  if (dryRun.some((value) => value !== 'All'))
    throw new ApiError(422, 'Invalid', `dryRun: Unsupported value: "${dryRun[0]}": supported values: "All"`);
  return dryRun.length > 0;
}
