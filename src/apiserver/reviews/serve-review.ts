/** Answers a review: what was asked, with a status. */
import type { JsonObject } from '#objects/index.ts';
import { methodNotAllowed, noSuchPath } from '../http/api-error.ts';
import { type Exchange, sendJson } from '../http/exchange.ts';
import type { ApiPath } from '../http/parse-path.ts';
import type { ResourceContext } from '../http/resource-context.ts';
import { isDryRun } from '../http/write-request.ts';
import { localAccess, rulesOfSelf, selfAccess, subjectAccess } from './access-reviews.ts';
import { readReview } from './read-review.ts';
import { REVIEWS, type ReviewKind } from './review-kinds.ts';
import { reviewSelf, reviewToken } from './token-review.ts';

/** @returns the status @throws ApiError */
export type Answer = (
  context: ResourceContext,
  exchange: Exchange,
  review: JsonObject,
  namespace: string | undefined,
) => JsonObject;

const ANSWERS: Readonly<Record<string, Answer>> = {
  SelfSubjectAccessReview: selfAccess,
  SubjectAccessReview: subjectAccess,
  LocalSubjectAccessReview: localAccess,
  SelfSubjectRulesReview: rulesOfSelf,
  SelfSubjectReview: reviewSelf,
  TokenReview: reviewToken,
};

export function findReview({ group, version, plural, name }: ApiPath): ReviewKind | undefined {
  if (name !== undefined) return undefined;
  return REVIEWS.find((one) => one.group === group && one.version === version && one.plural === plural);
}

/** @throws ApiError */
export async function serveReview(
  context: ResourceContext,
  exchange: Exchange,
  kind: ReviewKind,
  namespace: string | undefined,
): Promise<void> {
  if (kind.namespaced !== (namespace !== undefined)) throw noSuchPath();
  if (exchange.request.method !== 'POST') throw methodNotAllowed();
  isDryRun(exchange.url); // a review changes nothing, yet what means nothing is refused
  const review = await readReview(exchange, kind);
  const status = ANSWERS[kind.kind]?.(context, exchange, review, namespace);
  const { spec } = review;
  const metadata = { ...(review.metadata as JsonObject | undefined), creationTimestamp: null };
  sendJson(exchange, 201, {
    kind: kind.kind,
    apiVersion: `${kind.group}/${kind.version}`,
    metadata,
    ...(spec !== undefined && { spec }),
    status,
  });
}
