/** One request and its answer, the same over HTTP/1.1 and HTTP/2. */
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { isDeeperThan, isObject, type Json, type JsonObject, MAX_DEPTH } from '#objects/index.ts';
import { ApiError, badRequest, unsupported } from './api-error.ts';

export interface Exchange {
  readonly request: Http2ServerRequest;
  readonly response: Http2ServerResponse;
  readonly url: URL;
  readonly user: User;
}

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

const MAX_BODY = 3 * 1024 * 1024;
/** Whoever sends more than this is not listening for an answer. */
const MAX_DRAINED = 4 * MAX_BODY;

/**
 * Listens rather than iterates: leaving an iteration early would destroy the stream, and the client would see a broken
 * connection where it should see 413. What is too large is still read, and forgotten, as Go's server does for a while.
 * @throws ApiError 413 when it is larger than 3 MiB, 400 when it was cut off
 */
export function readBytes({ request }: Exchange): Promise<Buffer> {
  const tooLarge = new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`);
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) return void chunks.push(chunk);
      chunks = [];
      reject(tooLarge);
      if (size > MAX_DRAINED) request.destroy();
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    for (const event of ['aborted', 'close', 'error'] as const)
      request.on(event, () => reject(badRequest('the body was cut off')));
  });
}

export async function readBody(exchange: Exchange): Promise<string> {
  return (await readBytes(exchange)).toString('utf8');
}

const JSON_TYPES = new Set(['', 'application/json', 'application/yaml']);

/**
 * An object as a client sends it.
 * @param onText told the text when it is JSON
 * @throws ApiError 415 for protobuf and the like, 400 for what cannot be read
 */
export async function readObject(exchange: Exchange, onText?: (text: string) => void): Promise<JsonObject> {
  const type = mediaType(exchange);
  if (!JSON_TYPES.has(type)) throw unsupported(type, [...JSON_TYPES].filter(Boolean));
  const text = await readBody(exchange);
  const value = await parseText(text, type === 'application/yaml');
  if (!isObject(value)) throw badRequest('the body is not an object');
  if (type !== 'application/yaml') onText?.(text);
  return value;
}

/** @throws ApiError 400 for what is neither, or nests too deep for anything that recurses */
export async function parseText(text: string, isYaml: boolean): Promise<Json> {
  const value = await parsed(text, isYaml).catch((error: Error) => {
    throw badRequest(`error decoding the body: ${error.message.split('\n')[0]}`);
  });
  if (isDeeperThan(value, MAX_DEPTH)) throw badRequest(`the body is nested deeper than ${MAX_DEPTH} levels`);
  return value;
}

/** JSON is YAML, and most clients send it as such: the slow parser is loaded for the few that do not. */
async function parsed(text: string, isYaml: boolean): Promise<Json> {
  if (!isYaml || /^\s*\{/.test(text)) {
    try {
      return JSON.parse(text) as Json;
    } catch (error) {
      if (!isYaml) throw error;
    }
  }
  const { parse } = await import('yaml');
  return parse(text) as Json;
}

export function mediaType({ request }: Exchange): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
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
  warn(exchange, warnings);
  response.writeHead(statusCode, { 'content-type': 'application/json', 'content-length': text.length });
  response.end(text);
}

/** Told with the answer, whatever it will be. */
export function warn({ response }: Exchange, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  const before = response.getHeader('warning') as unknown as string[] | undefined; // as it was set
  response.setHeader('warning', [...(before ?? []), ...warnings.map(asHeader)].slice(0, MAX_WARNINGS));
}

const MAX_WARNINGS = 20;

/** Field names come from clients: a header takes printable ASCII, and not without end. */
function asHeader(warning: string): string {
  const text = warning.slice(0, 256).replaceAll(/[^\x20-\x7e]/g, '?');
  return `299 - "${text.replaceAll(/["\\]/g, (quoted) => `\\${quoted}`)}"`;
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
