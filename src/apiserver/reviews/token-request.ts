/** A token for a ServiceAccount: `kubectl create token`. */
import { isObject, type JsonObject, type KubeObject, type Problem, textOf } from '#objects/index.ts';
import { API_AUDIENCES, type BoundKind, type TokenOrder } from '../accounts/account-tokens.ts';
import { badRequest, conflict, invalidObject, methodNotAllowed, notFound } from '../http/api-error.ts';
import { type Exchange, sendJson } from '../http/exchange.ts';
import { found, type ResourceContext } from '../http/resource-context.ts';
import { isDryRun } from '../http/write-request.ts';
import type { Asked } from '../kinds/kind.ts';
import type { ObjectRef } from '../write/request.ts';
import { readReview } from './read-review.ts';

const KIND = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } as const;
const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

/** @throws ApiError */
export async function serveTokenRequest(
  context: ResourceContext,
  exchange: Exchange,
  asked: Asked,
  ref: ObjectRef,
): Promise<void> {
  if (exchange.request.method !== 'POST') throw methodNotAllowed();
  isDryRun(exchange.url);
  const body = await readReview(exchange, KIND);
  const account = found(context, asked, ref);
  const metadata = isObject(body.metadata) ? body.metadata : {};
  checkMeant(account, metadata);
  const spec = isObject(body.spec) ? body.spec : {};
  const order = orderOf(context, account, spec);
  const { name, namespace, uid } = account.metadata;
  const { expirationTimestamp, token } = context.tokens.issue(order);
  sendJson(exchange, 201, {
    kind: KIND.kind,
    apiVersion: `${KIND.group}/${KIND.version}`,
    metadata: { name, namespace, uid, creationTimestamp: new Date(context.clock.now()).toISOString() },
    spec: { ...spec, audiences: order.audiences, expirationSeconds: order.seconds },
    status: { token, expirationTimestamp },
  });
}

/** @throws ApiError when the body names another account than the path */
function checkMeant({ metadata: { name, namespace, uid } }: KubeObject, sent: JsonObject): void {
  const problems: Problem[] = [];
  if (sent.name && sent.name !== name)
    problems.push(bad('metadata.name', sent.name, 'must match the service account name if specified'));
  if (sent.namespace && sent.namespace !== namespace)
    problems.push(bad('metadata.namespace', sent.namespace, 'must match the service account namespace if specified'));
  if (problems.length > 0) throw invalidObject(KIND.kind, KIND.group, name, problems);
  if (!sent.uid || sent.uid === uid) return;
  const why = `the UID in the token request (${textOf(sent.uid)}) does not match the UID of the service account (${uid})`;
  throw conflict({ plural: KIND.kind, group: KIND.group }, name, why);
}

/** @throws ApiError */
function orderOf(context: ResourceContext, account: KubeObject, spec: JsonObject): TokenOrder {
  const { audiences, expirationSeconds: seconds = DEFAULT_SECONDS, boundObjectRef } = spec;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds))
    throw badRequest('expirationSeconds is not a whole number');
  const why =
    seconds < MIN_SECONDS
      ? 'may not specify a duration less than 10 minutes'
      : seconds > MAX_SECONDS
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (why) throw invalidObject(KIND.kind, KIND.group, '', [bad('spec.expirationSeconds', seconds, why)]);
  return {
    account,
    seconds,
    audiences: Array.isArray(audiences) && audiences.length > 0 ? audiences.map(textOf) : API_AUDIENCES,
    boundTo: isObject(boundObjectRef) ? bound(context, account, boundObjectRef) : undefined,
  };
}

const BOUND: Readonly<Record<BoundKind, string>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' };

/** @throws ApiError 400, 404, 409 */
function bound({ store }: ResourceContext, { metadata }: KubeObject, ref: JsonObject): TokenOrder['boundTo'] {
  const { apiVersion = 'v1', kind, name, uid } = ref;
  const plural = BOUND[kind as BoundKind];
  if (apiVersion !== 'v1' || !plural)
    throw badRequest(`cannot bind token to object of type ${textOf(apiVersion)}, Kind=${textOf(kind)}`);
  const { namespace } = metadata;
  const object = store.get({ resource: plural, ...(kind !== 'Node' && { namespace }), name: textOf(name) });
  if (!object) throw notFound({ plural, group: '' }, textOf(name));
  if (kind === 'Pod' && accountOfPod(object) !== metadata.name)
    throw badRequest(
      `cannot bind token for serviceaccount "${metadata.name}" to pod running with different serviceaccount name.`,
    );
  if (!uid || uid === object.metadata.uid) return { kind: kind as BoundKind, object };
  const why = `the UID in the bound object reference (${textOf(uid)}) does not match the UID in record. The object might have been deleted and then recreated`;
  throw conflict({ plural: textOf(kind), group: '' }, textOf(name), why);
}

function accountOfPod({ spec }: KubeObject & { readonly spec?: JsonObject }): string {
  return textOf(spec?.serviceAccountName) || 'default';
}

function bad(path: string, value: unknown, why: string): Problem {
  return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}
