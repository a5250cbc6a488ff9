/**
 * Acting as somebody else: `kubectl --as`. Everything that is taken on is asked for by itself, with the verb `impersonate`.
 * Source: "User impersonation" of Kubernetes' documentation.
 */
import { badRequest } from '../http/api-error.ts';
import type { User } from '../http/exchange.ts';
import { permit } from '../http/permit.ts';
import type { ResourceAttributes } from '../rbac/attributes.ts';
import type { Authorizer } from '../rbac/authorizer.ts';
import { AUTHENTICATED, UNAUTHENTICATED } from '../rbac/policy.ts';
import { accountGroups, accountOf } from './account-name.ts';

const ANONYMOUS = 'system:anonymous';
const EXTRA = 'impersonate-extra-';

/** What the headers ask for; repeated headers are several values. */
interface Asked {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** @param rawHeaders names and values in turn, as Node gives them @throws ApiError 400, 403 */
export function impersonated(user: User, rawHeaders: readonly string[], authorizer: Authorizer): User {
  const asked = askedBy(rawHeaders);
  if (!asked) return user;
  for (const attributes of demands(user, asked)) permit(authorizer, attributes);
  const account = accountOf(asked.user);
  const groups = asked.groups.length === 0 && account ? accountGroups(account.namespace) : asked.groups;
  const { uid, extra } = asked;
  return { name: asked.user, groups: withStanding(asked.user, groups), ...(uid && { uid }), extra };
}

function askedBy(rawHeaders: readonly string[]): Asked | undefined {
  const values = (name: string) =>
    rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
  const extra: Record<string, readonly string[]> = {};
  for (const header of new Set(rawHeaders.filter((_, i) => i % 2 === 0).map((one) => one.toLowerCase())))
    if (header.startsWith(EXTRA)) extra[decoded(header.slice(EXTRA.length))] = values(header);
  const user = values('impersonate-user')[0] ?? '';
  const asked = { user, uid: values('impersonate-uid')[0] ?? '', groups: values('impersonate-group'), extra };
  if (user) return asked;
  if (asked.groups.length === 0 && !asked.uid && Object.keys(extra).length === 0) return undefined;
  throw badRequest('requested groups, uid or extra fields without impersonating a user');
}

function demands(user: User, { user: name, uid, groups, extra }: Asked): ResourceAttributes[] {
  const account = accountOf(name);
  const demand = (plural: string, of: string, more: Partial<ResourceAttributes> = {}): ResourceAttributes => ({
    user,
    verb: 'impersonate',
    group: '',
    plural,
    name: of,
    ...more,
  });
  const group = 'authentication.k8s.io';
  const extras = Object.entries(extra).flatMap(([subresource, values]) =>
    values.map((value) => demand('userextras', value, { group, subresource })),
  );
  return [
    account ? demand('serviceaccounts', account.name, { namespace: account.namespace }) : demand('users', name),
    ...groups.map((one) => demand('groups', one)),
    ...extras,
    ...(uid ? [demand('uids', uid, { group })] : []),
  ];
}

/** Everybody is either authenticated or not, whatever groups were named. */
function withStanding(name: string, groups: readonly string[]): readonly string[] {
  if (name === ANONYMOUS) return groups.includes(UNAUTHENTICATED) ? groups : [...groups, UNAUTHENTICATED];
  const isSaid = groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED);
  return isSaid ? groups : [...groups, AUTHENTICATED];
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
