/** Paths below an object: status, scale, and those of pods that change them. */
import { isObject, type JsonObject } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { ObjectRef } from '../write/request.ts';
import { serveTokenRequest } from '../reviews/token-request.ts';
import { conflict, methodNotAllowed, noSuchPath } from './api-error.ts';
import { deleteRequest } from './delete.ts';
import { type Exchange, mediaType, parseText, readBody, readObject, sendJson } from './exchange.ts';
import { servePatch } from './patch.ts';
import { presentOne } from './present.ts';
import { found, type ResourceContext } from './resource-context.ts';
import { patchedScale, scaleOf, withScale } from './scale.ts';
import { readWrite, writeRequest } from './write-request.ts';

/** @throws ApiError */
export async function serveSubresource(
  context: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  ref: ObjectRef,
  sub: string,
): Promise<void> {
  if (sub === 'status' && asked.kind.hasStatus) return serveStatus(context, exchange, asked, ref);
  if (sub === 'scale' && asked.kind.scale) return serveScale(context, exchange, asked, ref);
  if (sub === 'finalize' && asked.kind.subresources.includes(sub)) return serveFinalize(context, exchange, asked, ref);
  if (sub === 'token' && asked.kind.subresources.includes(sub)) return serveTokenRequest(context, exchange, asked, ref);
  const serve = OF_PODS[sub];
  if (!serve || !asked.kind.subresources.includes(sub)) throw noSuchPath();
  if (exchange.request.method !== 'POST') throw methodNotAllowed();
  await serve(context, exchange, asked, ref);
  sendJson(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

type Served = (context: ResourceContext, exchange: Exchange, asked: Asked, ref: ObjectRef) => Promise<void>;

const OF_PODS: Readonly<Record<string, Served>> = {
  async eviction({ writer }, exchange, asked, ref) {
    const { deleteOptions } = await readObject(exchange);
    writer.remove(asked, ref, deleteRequest(exchange.url, isObject(deleteOptions) ? deleteOptions : {}));
  },
  async binding({ writer }, exchange, asked, ref) {
    const { target } = await readObject(exchange);
    const nodeName = isObject(target) ? target.name : undefined;
    writer.update(asked, ref, { ...writeRequest(exchange), subresource: 'binding' }, (pod) => {
      const spec = pod.spec as JsonObject;
      if (spec.nodeName) throw conflict(asked.type, ref.name, `pod ${ref.name} is already assigned to node`);
      return { ...pod, spec: { ...spec, nodeName } };
    });
  },
};

async function serveStatus(context: ResourceContext, exchange: Exchange, asked: Asked, ref: ObjectRef): Promise<void> {
  const { writer, clock } = context;
  const { method } = exchange.request;
  const request = { ...writeRequest(exchange), subresource: 'status' };
  const write = async () => {
    if (method === 'GET') return found(context, asked, ref);
    if (method === 'PATCH') return (await servePatch(context, exchange, asked, ref, request)).object;
    if (method !== 'PUT') throw methodNotAllowed();
    const body = await readWrite(exchange, asked, request);
    return writer.update(asked, ref, request, () => body);
  };
  sendJson(exchange, 200, presentOne(exchange, asked, await write(), clock), request.warnings);
}

/** Lets a namespace go that cannot be emptied. */
async function serveFinalize(
  context: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  ref: ObjectRef,
): Promise<void> {
  if (exchange.request.method !== 'PUT') throw methodNotAllowed();
  const body = await readObject(exchange);
  const request = { ...writeRequest(exchange), subresource: 'finalize' };
  const object = context.writer.update(asked, ref, request, () => body);
  sendJson(exchange, 200, presentOne(exchange, asked, object, context.clock), request.warnings);
}

async function serveScale(context: ResourceContext, exchange: Exchange, asked: Asked, ref: ObjectRef): Promise<void> {
  const { method } = exchange.request;
  if (method === 'GET') return sendJson(exchange, 200, scaleOf(asked, found(context, asked, ref)));
  if (method !== 'PUT' && method !== 'PATCH') throw methodNotAllowed();
  const change = await scaleChange(exchange);
  const request = { ...writeRequest(exchange), subresource: 'scale' };
  const object = context.writer.update(asked, ref, request, (before) =>
    withScale(asked, before, change(scaleOf(asked, before as never))),
  );
  sendJson(exchange, 200, scaleOf(asked, object));
}

/** What the body makes of a Scale. */
async function scaleChange(exchange: Exchange): Promise<(scale: JsonObject) => JsonObject> {
  if (exchange.request.method === 'PUT') {
    const body = await readObject(exchange);
    return () => body;
  }
  const patch = await parseText(await readBody(exchange), false);
  return (scale) => patchedScale(scale, patch, mediaType(exchange));
}
