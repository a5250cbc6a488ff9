/** Lists: everything at one revision, in pages if asked for. */
import { type ListOptions, storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import { ApiError, badRequest, expired, unsupportedValue } from './api-error.ts';
import { type Exchange, numberParameter, sendJson } from './exchange.ts';
import { presentList } from './present.ts';
import type { ResourceContext } from './resource-context.ts';
import { filterOf } from './selection.ts';

/** @throws ApiError 410 when the revision, or the page before, is forgotten */
export function serveList(
  { store, clock }: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  namespace: string | undefined,
): void {
  const { url } = exchange;
  const page: ListOptions = {
    limit: numberParameter(url, 'limit'),
    continue: url.searchParams.get('continue') || undefined,
    revision: revisionAsked(url, store.revision()),
  };
  const outcome = store.list(storeResource(asked.type), { namespace, filter: filterOf(url, undefined), ...page });
  if (outcome.outcome === 'expired') throw tooOld(page.continue !== undefined);
  if (outcome.outcome === 'bad-continue') throw badRequest('continue key is not valid');
  const metadata = {
    resourceVersion: String(outcome.revision),
    ...(outcome.continue && { continue: outcome.continue }),
    ...(outcome.remaining !== undefined && outcome.continue && { remainingItemCount: outcome.remaining }),
  };
  sendJson(exchange, 200, presentList(exchange, asked, outcome.items, metadata, clock));
}

const MATCHES = ['Exact', 'NotOlderThan'];

/**
 * The one revision that a list has to show; undefined for the present, which is never older than what a client saw.
 * Source: "Resource versions" of Kubernetes' API concepts.
 * @throws ApiError 422 for a combination that means nothing, 504 for a revision that is yet to come
 */
export function revisionAsked({ searchParams }: URL, current: number): number | undefined {
  const text = searchParams.get('resourceVersion') || undefined;
  const match = searchParams.get('resourceVersionMatch') || undefined;
  if (match && !MATCHES.includes(match)) throw unsupportedValue('resourceVersionMatch', match, MATCHES);
  if (match && text === undefined) throw forbiddenMatch('is forbidden unless resourceVersion is provided');
  if (match && searchParams.get('continue')) throw forbiddenMatch('is forbidden when continue is provided');
  if (match === 'Exact' && text === '0') throw forbiddenMatch('"Exact" is forbidden for resourceVersion "0"');
  if (text === undefined || text === '0' || searchParams.get('continue')) return undefined;
  const revision = parseRevision(text);
  if (revision > current) throw tooLarge(revision, current);
  const isPaged = Number(searchParams.get('limit') ?? 0) > 0;
  return match === 'Exact' || (match === undefined && isPaged) ? revision : undefined;
}

/** @throws ApiError 400 */
export function parseRevision(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`invalid resource version: ${JSON.stringify(text.slice(0, 64))}`);
  return Number(text);
}

function forbiddenMatch(why: string): ApiError {
  return new ApiError(422, 'Invalid', `resourceVersionMatch: Forbidden: resourceVersionMatch ${why}`);
}

function tooLarge(revision: number, current: number): ApiError {
  const message = `Too large resource version: ${revision}, current: ${current}`;
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new ApiError(504, 'Timeout', `Timeout: ${message}`, { causes, retryAfterSeconds: 1 });
}

function tooOld(isPage: boolean): ApiError {
  return expired(
    isPage
      ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'
      : 'The resourceVersion for the provided list is too old.',
  );
}
