/** One request and its answer, the same over HTTP/1.1 and HTTP/2. */
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { parse as parseYaml } from 'yaml';
import { isObject, type Json, type JsonObject } from '#objects/index.ts';
import { ApiError, badRequest } from './api-error.ts';

export interface Exchange {
  readonly request: Http2ServerRequest;
  readonly response: Http2ServerResponse;
  readonly url: URL;
  readonly user: User;
}

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const MAX_BODY = 3 * 1024 * 1024;

/** @throws ApiError 413 when it is larger than 3 MiB, 400 when it was cut off */
export async function readBody({ request }: Exchange): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY)
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const JSON_TYPES = new Set(['', 'application/json', 'application/yaml']);

/** An object as a client sends it. @throws ApiError 415 for protobuf and the like, 400 for what cannot be read */
export async function readObject(exchange: Exchange): Promise<JsonObject> {
  const type = mediaType(exchange);
  if (!JSON_TYPES.has(type)) throw unsupported(type, [...JSON_TYPES].filter(Boolean));
  const value = parseText(await readBody(exchange), type === 'application/yaml');
  if (!isObject(value)) throw badRequest('the body is not an object');
  return value;
}

export function parseText(text: string, isYaml: boolean): Json {
  try {
    return (isYaml ? parseYaml(text) : JSON.parse(text)) as Json;
  } catch (error) {
    throw badRequest(`error decoding the body: ${(error as Error).message.split('\n')[0]}`);
  }
}

export function mediaType({ request }: Exchange): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

export function unsupported(type: string, known: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')}; met: ${type}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

export function sendJson(
  exchange: Exchange,
  statusCode: number,
  body: unknown,
  warnings: readonly string[] = [],
): void {
  const { response } = exchange;
  if (response.headersSent) return;
  const text = Buffer.from(`${JSON.stringify(body)}\n`);
  if (warnings.length > 0) response.setHeader('warning', warnings.map(asHeader));
  response.writeHead(statusCode, { 'content-type': 'application/json', 'content-length': text.length });
  response.end(text);
}

function asHeader(warning: string): string {
  return `299 - "${warning.replaceAll('"', "'")}"`;
}

export function sendText(exchange: Exchange, statusCode: number, text: string): void {
  exchange.response.writeHead(statusCode, { 'content-type': 'text/plain' });
  exchange.response.end(text);
}

/** Query parameters that several verbs read. @throws ApiError 400 */
export function numberParameter(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw badRequest(`${name}: invalid value "${text}"`);
  return value;
}

export function flagParameter(url: URL, name: string): boolean {
  return ['true', '1'].includes(url.searchParams.get(name) ?? '');
}
