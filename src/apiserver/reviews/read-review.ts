/** The body of a review, of the kind its path asks for. kubectl sends these few as protobuf, whatever its user wants. */
import { isObject, type JsonObject, textOf } from '#objects/index.ts';
import { badRequest } from '../http/api-error.ts';
import { type Exchange, mediaType, readBytes, readObject } from '../http/exchange.ts';
import { MESSAGES } from './messages.ts';
import { PROTOBUF, readProtobuf } from './protobuf.ts';

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** @throws ApiError 400 for another kind, or fields of the wrong type; 415 */
export async function readReview(exchange: Exchange, { group, version, kind }: Kind): Promise<JsonObject> {
  const isProtobuf = mediaType(exchange) === PROTOBUF;
  const body = isProtobuf ? readProtobuf(await readBytes(exchange), kind, MESSAGES) : await readObject(exchange);
  const apiVersion = `${group}/${version}`;
  if (body.kind !== undefined && body.kind !== kind)
    throw badRequest(`the object provided is a ${textOf(body.kind)}, expected ${kind}`);
  if (body.apiVersion !== undefined && body.apiVersion !== apiVersion)
    throw badRequest(
      `the API version in the data (${textOf(body.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  for (const part of ['metadata', 'spec'] as const) {
    if (body[part] !== undefined && !isObject(body[part])) throw badRequest(`${part} is not an object`);
  }
  return { ...body, kind, apiVersion };
}
