/** What the query and the headers say about a write. */
import type { WriteRequest } from '../write/request.ts';
import { unsupportedValue } from './api-error.ts';
import type { Exchange } from './exchange.ts';

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
