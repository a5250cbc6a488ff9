/** What the query and the headers say about a write. */
import type { WriteRequest } from '../write/request.ts';
import type { JsonObject } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import { reportFields } from '../write/check-request.ts';
import { unsupportedValue } from './api-error.ts';
import { duplicateFields } from './duplicate-fields.ts';
import { type Exchange, readObject } from './exchange.ts';

const VALIDATIONS = ['Ignore', 'Warn', 'Strict'] as const;

/** @throws ApiError 422 for values that mean nothing */
export function writeRequest({ request, url, user }: Exchange): WriteRequest {
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  return {
    manager: (url.searchParams.get('fieldManager') || agent).slice(0, 128),
    dryRun: isDryRun(url),
    fieldValidation: fieldValidation(url.searchParams.get('fieldValidation') ?? ''),
    warnings: [],
    user,
  };
}

/** The object of a create or an update; what it says twice is reported as the client wants. @throws ApiError */
export function readWrite(exchange: Exchange, asked: Asked, request: WriteRequest): Promise<JsonObject> {
  if (request.fieldValidation === 'Ignore') return readObject(exchange);
  return readObject(exchange, (text) => reportFields(asked, 'duplicate', duplicateFields(text), request));
}

function fieldValidation(asked: string): WriteRequest['fieldValidation'] {
  const known = VALIDATIONS.find((one) => one === asked);
  if (asked && !known) throw unsupportedValue('fieldValidation', asked, VALIDATIONS);
  return known ?? 'Warn';
}

/** @param more from a body @throws ApiError 422 */
export function isDryRun(url: URL, more: readonly string[] = []): boolean {
  const asked = [...url.searchParams.getAll('dryRun'), ...more].filter(Boolean);
  const unknown = asked.find((value) => value !== 'All');
  if (unknown) throw unsupportedValue('dryRun', unknown, ['All']);
  return asked.length > 0;
}
