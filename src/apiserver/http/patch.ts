/** The four kinds of patch. */
import { timestamp } from '#kit/index.ts';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicPatch,
  isObject,
  type JsonObject,
  type KubeObject,
  type Result,
  serverSideApply,
  textOf,
} from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { ObjectRef, WriteRequest } from '../write/request.ts';
import { APPLIED } from '../write/writer.ts';
import { ApiError, badRequest, invalidObject, notFound, unsupported } from './api-error.ts';
import { type Exchange, flagParameter, mediaType, parseText, readBody } from './exchange.ts';
import { permit } from './permit.ts';
import type { ResourceContext } from './resource-context.ts';

const TYPES = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const;

/** @returns the object, and whether the patch created it */
export async function servePatch(
  context: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  ref: ObjectRef,
  request: WriteRequest,
): Promise<{ object: KubeObject; created: boolean }> {
  const media = mediaType(exchange);
  const type = TYPES[media as keyof typeof TYPES];
  if (!type) throw unsupported(media, Object.keys(TYPES));
  const body = await parseText(await readBody(exchange), type === 'apply');
  if (type === 'apply') return serveApply(context, exchange, asked, ref, request, body as JsonObject);
  if (type === 'strategic' && !asked.kind.isStrategic) throw unsupported(media, Object.keys(TYPES));
  const object = context.writer.update(asked, ref, request, (before) => {
    if (type === 'json') return patched(asked, ref, applyJsonPatch(before, body));
    if (!isObject(body)) throw badRequest('the patch is not an object');
    if (type === 'merge') return applyMergePatch(before, body) as JsonObject;
    return patched(asked, ref, applyStrategicPatch(before, body, asked.version.schema, asked.kind.lookup));
  });
  return { object, created: false };
}

function patched(asked: Asked, ref: ObjectRef, result: Result<unknown>): JsonObject {
  if (!result.ok) throw invalidObject(asked.type.kind, asked.type.group, ref.name, result.problems);
  if (!isObject(result.value)) throw badRequest('the patch does not leave an object');
  return result.value;
}

function serveApply(
  { writer, authorizer, clock }: ResourceContext,
  { url, user }: Exchange,
  asked: Asked,
  ref: ObjectRef,
  request: WriteRequest,
  body: JsonObject,
): { object: KubeObject; created: boolean } {
  if (!isObject(body)) throw badRequest('the applied configuration is not an object');
  const manager = url.searchParams.get('fieldManager');
  if (!manager)
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  const applied = withName(asked, body, ref);
  const merge = (live: JsonObject | undefined): JsonObject => {
    const outcome = serverSideApply({
      live,
      applied: request.subresource === 'status' || !asked.kind.hasStatus ? applied : withoutStatus(applied),
      manager,
      force: flagParameter(url, 'force'),
      subresource: request.subresource,
      schema: asked.version.schema,
      lookup: asked.kind.lookup,
      time: timestamp(clock),
    });
    if (outcome.outcome === 'ok') return outcome.object;
    if (outcome.outcome === 'invalid')
      throw invalidObject(asked.type.kind, asked.type.group, ref.name, outcome.problems);
    const causes = outcome.problems.map(({ reason, message, path }) => ({ reason, message, field: path }));
    throw new ApiError(409, 'Conflict', outcome.message, { causes });
  };
  const owned = { ...request, manager: APPLIED };
  try {
    return { object: writer.update(asked, ref, owned, merge), created: false };
  } catch (error) {
    if (!(error instanceof ApiError) || error.statusCode !== 404 || request.subresource) throw error;
    if (uidOf(applied)) throw notFound(asked.type, ref.name);
    permit(authorizer, { user, verb: 'create', ...asked.type, ...ref });
    return { object: writer.create(asked, ref.namespace, merge(undefined), owned), created: true };
  }
}

function withName(asked: Asked, body: JsonObject, { namespace, name }: ObjectRef): JsonObject {
  const metadata = isObject(body.metadata) ? body.metadata : {};
  if (metadata.managedFields) throw badRequest('metadata.managedFields must be nil');
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${textOf(metadata.name)}) does not match the name on the URL (${name})`);
  }
  return { ...body, metadata: { ...metadata, name, ...(asked.type.namespaced && { namespace }) } };
}

function withoutStatus({ status, ...rest }: JsonObject): JsonObject {
  return rest;
}

function uidOf({ metadata }: JsonObject): unknown {
  return isObject(metadata) ? metadata.uid : undefined;
}
