/** Where authorization has its place: every request passes here, exec too. */
import { type Attributes, isPath } from '../rbac/attributes.ts';
import type { Authorizer } from '../rbac/authorizer.ts';
import { ApiError, qualified } from './api-error.ts';

/** @throws ApiError 403 that says who may not do what */
export function permit(authorizer: Authorizer, attributes: Attributes): void {
  const { allowed, reason } = authorizer.authorize(attributes);
  if (allowed) return;
  const why = reason ? `${refusalOf(attributes)}: ${reason}` : refusalOf(attributes);
  if (isPath(attributes)) throw new ApiError(403, 'Forbidden', `forbidden: ${why}`, {});
  const { name, group, plural } = attributes;
  const what = name ? `${qualified(attributes)} ${JSON.stringify(name)}` : qualified(attributes);
  throw new ApiError(403, 'Forbidden', `${what} is forbidden: ${why}`, {
    ...(name && { name }),
    ...(group && { group }),
    kind: plural,
  });
}

function refusalOf(attributes: Attributes): string {
  const who = `User ${JSON.stringify(attributes.user.name)} cannot ${attributes.verb}`;
  if (isPath(attributes)) return `${who} path ${JSON.stringify(attributes.path)}`;
  const { plural, subresource, group, namespace } = attributes;
  const what = subresource ? `${plural}/${subresource}` : plural;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  return `${who} resource "${what}" in API group "${group}" ${where}`;
}
