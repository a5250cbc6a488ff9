/** As a member of an earlier version speaks to the hub: it does not say what that version did not know. */
import type { RawRequest } from '#kube/index.ts';

const UNKNOWN = new Set(['mergeVersion', 'gatewaysShown', 'index', 'podRanges', 'portsShown', 'addresses']);

export function earlierMember(request: RawRequest): RawRequest {
  const { method = 'GET', path, body } = request;
  const writes = method !== 'GET' && method !== 'DELETE' && body !== undefined;
  if (!writes || !(path.includes('/memberclusters') || path.includes('/clusterexports'))) return request;
  const said: unknown = JSON.parse(body, (key, value: unknown) => (UNKNOWN.has(key) ? undefined : value));
  return { ...request, body: JSON.stringify(said) };
}
