/** What is refused before anybody looks into the object. */
import {
  apiVersionOf,
  isDeeperThan,
  isObject,
  type JsonObject,
  type KubeObject,
  MAX_DEPTH,
  textOf,
} from '#objects/index.ts';
import { badRequest, conflict, MODIFIED } from '../http/api-error.ts';
import type { Asked } from '../kinds/kind.ts';
import type { DeleteRequest, WriteRequest } from './request.ts';

/** The body under its own kind and version. @throws ApiError 400 */
export function checkedBody(asked: Asked, body: JsonObject): JsonObject {
  const { kind } = asked.type;
  const apiVersion = apiVersionOf(asked.type);
  if (isDeeperThan(body, MAX_DEPTH)) throw badRequest(`the object is nested deeper than ${MAX_DEPTH} levels`);
  if (body.kind && body.kind !== kind)
    throw badRequest(`the object provided is a ${textOf(body.kind)}, expected ${kind}`);
  if (body.apiVersion && body.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${textOf(body.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  }
  return { ...body, apiVersion, kind };
}

/** An update names what it was made from. @throws ApiError 400, 409 */
export function checkVersion(asked: Asked, wanted: JsonObject, stored: KubeObject): void {
  const { resourceVersion, uid, name } = (isObject(wanted.metadata) ? wanted.metadata : {}) as Partial<
    KubeObject['metadata']
  >;
  if (name && name !== stored.metadata.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${stored.metadata.name})`);
  if (resourceVersion && resourceVersion !== '0' && resourceVersion !== stored.metadata.resourceVersion) {
    throw conflict(asked.type, stored.metadata.name, MODIFIED);
  }
  if (uid && uid !== stored.metadata.uid) {
    throw conflict(
      asked.type,
      stored.metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored.metadata.uid}`,
    );
  }
}

/** @throws ApiError 409 */
export function checkPreconditions(
  asked: Asked,
  { metadata }: KubeObject,
  { uid, resourceVersion }: DeleteRequest,
): void {
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      asked.type,
      metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      asked.type,
      metadata.name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, in object meta: ${metadata.resourceVersion}`,
    );
  }
}

/** Fields that no schema knows, or that were sent twice. @throws ApiError 400 when the client wants strictness */
export function reportFields(
  asked: Asked,
  what: 'unknown' | 'duplicate',
  paths: readonly string[],
  { fieldValidation, warnings }: WriteRequest,
): void {
  if (paths.length === 0 || fieldValidation === 'Ignore') return;
  const texts = paths.map((path) => `${what} field "${path}"`);
  if (fieldValidation === 'Warn') return void warnings.push(...texts);
  throw badRequest(
    `${asked.type.kind} in version "${asked.type.version}" cannot be handled as a ${asked.type.kind}: strict decoding error: ${texts.join(', ')}`,
  );
}
