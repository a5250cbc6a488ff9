/** The verbs on resources: which part of the engine answers a path and a method. */
import type { KubeObject } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { ObjectRef } from '../write/request.ts';
import { methodNotAllowed, noSuchPath } from './api-error.ts';
import { findReview, serveReview } from '../reviews/serve-review.ts';
import { serveDelete, serveDeleteAll } from './delete.ts';
import { type Exchange, flagParameter, sendJson, warn } from './exchange.ts';
import { serveList } from './list.ts';
import type { ApiPath } from './parse-path.ts';
import { servePatch } from './patch.ts';
import { presentOne } from './present.ts';
import { found, type ResourceContext } from './resource-context.ts';
import { filterOf } from './selection.ts';
import { serveSubresource } from './subresources.ts';
import { serveWatch } from './watch.ts';
import { readWrite, writeRequest } from './write-request.ts';

/** @throws ApiError */
export async function serveResource(context: ResourceContext, exchange: Exchange, path: ApiPath): Promise<void> {
  const review = findReview(path);
  if (review) return serveReview(context, exchange, review, path.namespace);
  const asked = context.registry.find(path.group, path.version, path.plural);
  if (!asked) throw noSuchPath();
  if (!asked.type.namespaced && path.namespace) throw noSuchPath();
  if (asked.version.deprecation) warn(exchange, [asked.version.deprecation]);
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
): Promise<void> {
  const { method } = exchange.request;
  if (method === 'GET' && flagParameter(exchange.url, 'watch')) return watch(context, exchange, asked, namespace);
  if (method === 'GET') return serveList(context, exchange, asked, namespace);
  // All namespaces together can be read only.
  if (asked.type.namespaced && namespace === undefined) throw methodNotAllowed();
  if (method === 'DELETE') return serveDeleteAll(context, exchange, asked, namespace);
  if (method !== 'POST') throw methodNotAllowed();
  const request = writeRequest(exchange);
  const object = context.writer.create(asked, namespace, await readWrite(exchange, asked, request), request);
  sendJson(exchange, 201, presentOne(exchange, asked, object, context.clock), request.warnings);
}

async function serveObject(context: ResourceContext, exchange: Exchange, asked: Asked, ref: ObjectRef): Promise<void> {
  const { method } = exchange.request;
  if (method === 'GET' && flagParameter(exchange.url, 'watch'))
    return watch(context, exchange, asked, ref.namespace, ref.name);
  if (method === 'GET') return show(context, exchange, asked, found(context, asked, ref));
  if (method === 'PUT') return serveUpdate(context, exchange, asked, ref);
  if (method === 'PATCH') return serveObjectPatch(context, exchange, asked, ref);
  if (method === 'DELETE') return serveDelete(context, exchange, asked, ref);
  throw methodNotAllowed();
}

async function serveUpdate(context: ResourceContext, exchange: Exchange, asked: Asked, ref: ObjectRef): Promise<void> {
  const request = writeRequest(exchange);
  const body = await readWrite(exchange, asked, request);
  const object = context.writer.update(asked, ref, request, () => body);
  show(context, exchange, asked, object, 200, request.warnings);
}

async function serveObjectPatch(
  context: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  ref: ObjectRef,
): Promise<void> {
  const request = writeRequest(exchange);
  const { object, created } = await servePatch(context, exchange, asked, ref, request);
  show(context, exchange, asked, object, created ? 201 : 200, request.warnings);
}

function watch(
  context: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  namespace: string | undefined,
  name?: string,
): void {
  serveWatch(context, exchange, asked, namespace, filterOf(exchange.url, name));
}

function show(
  { clock }: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  object: KubeObject,
  status = 200,
  warnings: readonly string[] = [],
): void {
  sendJson(exchange, status, presentOne(exchange, asked, object, clock), warnings);
}
