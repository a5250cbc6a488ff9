/** What a member needs before its duties begin: its namespace, its cluster's UID, the served versions, and its records. */
import {
  type EndpointSlice,
  LABEL_HEADLESS,
  LABEL_IMPORTED,
  LABEL_SOURCE_CLUSTER,
  MCS_GROUP,
  type Namespace,
  NAMESPACES,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import { isFault, sleep } from '#kit/index.ts';
import { type Client, retryDelay } from '#kube/index.ts';
import type { PeerRecord } from '#plan/index.ts';
import { sliceIndex, type Caches } from './caches.ts';
import { lanesGiven } from './exports/lane-keys.ts';
import type { McsTypes } from './member-state.ts';
import type { MemberSettings } from './options.ts';
import type { Traces } from './vips/records.ts';

/** Tries until it works: an API server may come up after us. Undefined when the signal fires first. */
export async function insist<T>(
  { clock, log }: MemberSettings,
  signal: AbortSignal,
  what: string,
  attempt: () => Promise<T>,
): Promise<T | undefined> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (failures % 20 === 0) log.warn({ err: error, what }, 'not yet possible, will be tried again');
      await sleep(clock, retryDelay(failures, clock), signal);
    }
  }
  return undefined;
}

export async function ensureSystemNamespace(client: Client): Promise<void> {
  const namespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } };
  if (await client.find(NAMESPACES, { name: SYSTEM_NAMESPACE })) return;
  try {
    await client.create(NAMESPACES, namespace);
  } catch (error) {
    if (!isFault(error, 'kube/exists')) throw error;
  }
}

/** Tells one cluster (or hub) from another of the same name. */
export async function uidOf(client: Client): Promise<string> {
  const system = await client.get<Namespace>(NAMESPACES, { name: 'kube-system' });
  return system.metadata.uid ?? '';
}

/** v1beta1 where it is served; v1alpha1 is lived with. */
export async function mcsTypes(client: Client): Promise<McsTypes> {
  const group = (await client.json({ path: `/apis/${MCS_GROUP}` })) as {
    readonly versions?: readonly { readonly version: string }[];
  };
  const newest = group.versions?.some(({ version }) => version === 'v1beta1') ?? false;
  const version = newest ? 'v1beta1' : 'v1alpha1';
  return { serviceExports: { ...SERVICE_EXPORTS, version }, serviceImports: { ...SERVICE_IMPORTS, version } };
}

/** What the objects of this cluster show of earlier allocations. */
export function tracesOf(caches: Caches): Traces {
  const imported = caches.slices
    .list()
    .filter((slice) => sliceIndex(slice)?.startsWith('imported ') && !isHeadless(slice));
  const peers = new Map(
    imported.flatMap((slice): [string, PeerRecord][] => {
      const cluster = slice.metadata.labels?.[LABEL_SOURCE_CLUSTER];
      const address = slice.endpoints[0]?.addresses[0];
      return cluster && address ? [[`${cluster} ${slice.addressType}`, { cluster, address }]] : [];
    }),
  );
  const records = caches.records.list();
  return {
    peers: [...peers.values()],
    vips: caches.serviceImports.list().flatMap(({ metadata, spec }) => {
      // Another tool's address is nothing that we gave out.
      const ips = metadata.labels?.[LABEL_IMPORTED] ? (spec.ips ?? []) : [];
      const { namespace, name } = metadata;
      return namespace ? ips.map((ip) => ({ namespace, name, ip })) : [];
    }),
    lanePorts: records.flatMap(({ spec }) => lanesGiven(spec)),
    epoch: Math.max(0, ...records.map(({ spec }) => spec.epoch ?? 0)),
  };
}

function isHeadless({ metadata }: EndpointSlice): boolean {
  return metadata.labels?.[LABEL_HEADLESS] !== undefined;
}
