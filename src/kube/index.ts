/** Door of `kube`: the client, caches that follow an API server, leases. */
export type { Change, ChangeListener } from './cache.ts';
export {
  type Client,
  createClient,
  type DeleteOptions,
  type ListQuery,
  type Page,
  type PatchOptions,
  type WriteOptions,
} from './client.ts';
export type { Connection, RawRequest } from './connection.ts';
export { type StatusBody, type StatusCause, unreachable } from './errors.ts';
export { fenced } from './fenced.ts';
export { type Access, parseKubeconfig, readKubeconfig } from './kubeconfig.ts';
export { lead, type LeadOptions } from './lead.ts';
export { type LeaseSign, renewLease } from './lease.ts';
export { type ObjectRef, pathOf } from './paths.ts';
export { type Cache, reflect, type ReflectOptions } from './reflect.ts';
export { parseManifests, readManifests } from './manifests.ts';
export { createTeller, type Happening, type Subject, type Teller } from './tell.ts';
export { retryDelay } from './retry-delay.ts';
