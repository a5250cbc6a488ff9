/** May somebody do something? Answered by the same evaluator that every request passes. */
import { isObject, type JsonObject, type Problem, textOf } from '#objects/index.ts';
import { invalidObject } from '../http/api-error.ts';
import type { User } from '../http/exchange.ts';
import type { Attributes } from '../rbac/attributes.ts';
import { MASTERS, type PolicyRule } from '../rbac/policy.ts';
import type { Answer } from './serve-review.ts';

export const selfAccess: Answer = (context, { user }, review) => {
  const spec = specOf(review);
  refuse(review, checkAttributes(spec));
  return decided(context, attributesOf(user, spec));
};

export const subjectAccess: Answer = (context, _, review) => {
  const spec = specOf(review);
  refuse(review, [...checkAttributes(spec), ...checkSubject(spec)]);
  return decided(context, attributesOf(userOf(spec), spec));
};

export const localAccess: Answer = (context, _, review, namespace) => {
  const spec = specOf(review);
  const problems = [...checkAttributes(spec), ...checkSubject(spec)];
  const inside = isObject(spec.resourceAttributes) ? textOf(spec.resourceAttributes.namespace) : namespace;
  if (inside !== namespace)
    problems.push(bad('spec.resourceAttributes.namespace', inside, 'must match metadata.namespace'));
  if (spec.nonResourceAttributes !== undefined)
    problems.push(bad('spec.nonResourceAttributes', '', 'disallowed on this kind of request'));
  refuse(review, problems);
  return decided(context, attributesOf(userOf(spec), spec));
};

/** All that the asker may do in one namespace: `kubectl auth can-i --list`. */
export const rulesOfSelf: Answer = ({ authorizer }, { user }, review) => {
  const namespace = textOf(specOf(review).namespace);
  if (!namespace) refuse(review, [bad('spec.namespace', '', 'may not be empty')]);
  const rules = user.groups.includes(MASTERS) ? EVERYTHING : authorizer.rulesFor(user, namespace);
  return {
    resourceRules: rules.filter(({ resources }) => resources?.length) as unknown as JsonObject[],
    nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs?.length) as unknown as JsonObject[],
    incomplete: false,
  };
};

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function decided({ authorizer }: Parameters<Answer>[0], attributes: Attributes): JsonObject {
  const { allowed, reason } = authorizer.authorize(attributes);
  return { allowed, ...(reason && { reason }) };
}

function attributesOf(user: User, { resourceAttributes, nonResourceAttributes }: JsonObject): Attributes {
  if (isObject(nonResourceAttributes)) {
    const { verb, path } = nonResourceAttributes;
    return { user, verb: textOf(verb), path: textOf(path) };
  }
  const { verb, group, resource, subresource, namespace, name } = isObject(resourceAttributes)
    ? resourceAttributes
    : {};
  return {
    user,
    verb: textOf(verb),
    group: textOf(group),
    plural: textOf(resource),
    subresource: textOf(subresource) || undefined,
    namespace: textOf(namespace) || undefined,
    name: textOf(name) || undefined,
  };
}

function userOf({ user, groups, uid }: JsonObject): User {
  return { name: textOf(user), groups: Array.isArray(groups) ? groups.map(textOf) : [], uid: textOf(uid) };
}

function checkAttributes({ resourceAttributes, nonResourceAttributes }: JsonObject): Problem[] {
  const [isResource, isPath] = [isObject(resourceAttributes), isObject(nonResourceAttributes)];
  if (isResource && isPath)
    return [
      bad(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  if (isResource || isPath) return [];
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [bad('spec.resourceAttributes', null, why)];
}

function checkSubject({ user, groups }: JsonObject): Problem[] {
  if (textOf(user) || (Array.isArray(groups) && groups.length > 0)) return [];
  return [bad('spec.user', '', 'at least one of user or group must be specified')];
}

function specOf({ spec }: JsonObject): JsonObject {
  return isObject(spec) ? spec : {};
}

function bad(path: string, value: unknown, why: string): Problem {
  return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

function refuse({ kind }: JsonObject, problems: readonly Problem[]): void {
  if (problems.length > 0) throw invalidObject(textOf(kind), 'authorization.k8s.io', '', problems);
}
