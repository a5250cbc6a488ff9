/**
 * Who may do what on the embedded hub: admins everything, a member what `sealane rbac --role hub --member NAME` grants on another
 * API server.
 */
import { CLUSTER_EXPORTS, hubNamespace, MEMBER_CLUSTERS, NAMESPACES, SEALANE_GROUP } from '#api/index.ts';
import type { ApiPath, User } from '#apiserver/index.ts';

/** Group of those who may do everything. */
export const ADMINS = 'system:masters';
const MEMBER = 'system:sealane:member:';

/** Name of the user that a member comes as. */
export function memberUser(member: string): string {
  return `${MEMBER}${member}`;
}

/** @param method of HTTP */
export function authorize({ name, groups }: User, method: string, path: ApiPath): boolean {
  if (groups.includes(ADMINS)) return true;
  return name.startsWith(MEMBER) && memberMay(name.slice(MEMBER.length), method, path);
}

function memberMay(member: string, method: string, path: ApiPath): boolean {
  const { group, plural, namespace, name, subresource } = path;
  const reads = method === 'GET' || method === 'HEAD';
  const creates = method === 'POST' && !name;
  if (group === '' && plural === NAMESPACES.plural) {
    return creates || (reads && !subresource && (name === 'kube-system' || name === hubNamespace(member)));
  }
  if (group !== SEALANE_GROUP) return false;
  if (plural === CLUSTER_EXPORTS.plural) return reads || namespace === hubNamespace(member);
  if (plural !== MEMBER_CLUSTERS.plural) return false;
  const writesStatus = (method === 'PUT' || method === 'PATCH') && subresource === 'status' && name === member;
  return reads || creates || writesStatus;
}
