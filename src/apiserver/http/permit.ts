/** Where authorization has its place: every request for a resource passes here, exec too. */
import { ApiError, qualified } from './api-error.ts';
import type { User } from './exchange.ts';
import type { ApiPath } from './parse-path.ts';

/** @param method of HTTP; the verb follows from it and the path */
export type Allow = (user: User, method: string, path: ApiPath) => boolean;

/** Without a rule everybody with a certificate may do everything. @throws ApiError 403 */
export function permit(allow: Allow | undefined, user: User, method: string, path: ApiPath): void {
  if (!allow || allow(user, method, path)) return;
  const { name = '', namespace, plural, group, subresource } = path;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const what = subresource ? `${plural}/${subresource}` : plural;
  const message = `${qualified(path)} "${name}" is forbidden: User "${user.name}" cannot ${method} resource "${what}" in API group "${group}" ${where}`;
  throw new ApiError(403, 'Forbidden', message, { name, group, kind: plural });
}
