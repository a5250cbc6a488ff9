/**
 * Nobody gives away what he does not hold: whoever writes a role must hold its rules or may `escalate`, whoever binds one must
 * hold its rules or may `bind`. Source: "Privilege escalation prevention" of Kubernetes' documentation.
 */
import { deepEqual, type JsonObject } from '#objects/index.ts';
import { forbidden, notFound } from '../http/api-error.ts';
import type { User } from '../http/exchange.ts';
import type { Asked } from '../kinds/kind.ts';
import type { Authorizer } from './authorizer.ts';
import { type Binding, MASTERS, type PolicyRule, RBAC_GROUP, type Role } from './policy.ts';
import { describeRules, missingRules } from './rules-cover.ts';

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** @throws ApiError 403; 404 for a role that is to be bound and is not there */
export function refuseEscalation(
  authorizer: Authorizer,
  asked: Asked,
  object: JsonObject,
  before: JsonObject | undefined,
  user: User,
): void {
  if (user.groups.includes(MASTERS) || isLettingGo(object, before)) return;
  const isBinding = asked.type.kind.endsWith('Binding');
  if (isBinding) return refuseBinding(authorizer, asked, object as unknown as Binding, user);
  refuseRole(authorizer, asked, object as unknown as Role, before as Role | undefined, user);
}

function refuseRole(authorizer: Authorizer, asked: Asked, role: Role, before: Role | undefined, user: User): void {
  const { name, namespace } = role.metadata;
  const { group, plural } = asked.type;
  if (authorizer.authorize({ user, verb: 'escalate', group, plural, namespace, ...(before && { name }) }).allowed)
    return;
  const held = authorizer.rulesFor(user, namespace);
  refuseMissing(asked, name, user, missingRules(held, role.rules ?? []));
  const gathers = [role, before].some((one) => (one?.aggregationRule?.clusterRoleSelectors ?? []).length > 0);
  if (gathers && missingRules(held, EVERYTHING).length > 0) {
    throw forbidden(asked.type, name, 'must have cluster-admin privileges to use the aggregationRule');
  }
}

function refuseBinding(authorizer: Authorizer, asked: Asked, { metadata, roleRef }: Binding, user: User): void {
  const { name, namespace } = metadata;
  const subject = { plural: roleRef.kind === 'Role' ? 'roles' : 'clusterroles', group: RBAC_GROUP };
  if (authorizer.authorize({ user, verb: 'bind', ...subject, namespace, name: roleRef.name }).allowed) return;
  const rules = authorizer.rulesOfRole(roleRef, namespace);
  if (!rules) throw notFound(subject, roleRef.name);
  refuseMissing(asked, name, user, missingRules(authorizer.rulesFor(user, namespace), rules));
}

function refuseMissing(asked: Asked, name: string, { name: who, groups }: User, missing: readonly PolicyRule[]): void {
  if (missing.length === 0) return;
  const list = groups.map((group) => JSON.stringify(group)).join(' ');
  const why = `user ${JSON.stringify(who)} (groups=[${list}]) is attempting to grant RBAC permissions not currently held:\n${describeRules(missing)}`;
  throw forbidden(asked.type, name, why);
}

/** Only finalizers and owners change: nothing is granted, and the garbage collector must be able to finish. */
function isLettingGo(object: JsonObject, before: JsonObject | undefined): boolean {
  if (!before) return false;
  const rest = (one: JsonObject) => {
    const { finalizers, ownerReferences, managedFields, ...metadata } = one.metadata as JsonObject;
    return { ...one, metadata };
  };
  return deepEqual(rest(object), rest(before));
}
