/** `sealane status`: reads one API server, a member's or the hub's, until it is settled or time is up. */
import {
  GLOBAL_TRAFFIC_POLICIES,
  MEMBER_CLUSTERS,
  SERVICE_EXPORTS,
  SERVICE_EXPORTS_V1ALPHA1,
  SERVICE_IMPORTS,
  SERVICE_IMPORTS_V1ALPHA1,
} from '#api/index.ts';
import { compatTypes } from '#compat/index.ts';
import { type ClusterObject, type StatusReport, summarise } from '#explain/index.ts';
import { type Clock, isFault, SealaneError, sleep } from '#kit/index.ts';
import { type Client, createClient, readKubeconfig } from '#kube/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import { registrations } from '../duties/register.ts';

/** Each by the first of its versions that is served. The hub serves the first kind only; Karmada's own Cluster is no member. */
const KINDS: readonly (readonly ResourceType[])[] = [
  [MEMBER_CLUSTERS],
  [SERVICE_EXPORTS, SERVICE_EXPORTS_V1ALPHA1],
  [SERVICE_IMPORTS, SERVICE_IMPORTS_V1ALPHA1],
  [GLOBAL_TRAFFIC_POLICIES],
  ...compatTypes().flatMap((type) => (type.namespaced ? [[type]] : [])),
];
const AGAIN_MS = 500;

export interface StatusOptions {
  /** Of the kubeconfig; its current one when left out. */
  readonly context?: string;
  /** 0 looks once. */
  readonly waitMs: number;
  readonly clock: Clock;
}

/** @throws `kube/...` when the API server does not answer and there is nothing to wait for */
export async function readStatus(
  client: Client,
  { waitMs, clock }: Pick<StatusOptions, 'waitMs' | 'clock'>,
): Promise<StatusReport> {
  const deadline = clock.monotonic() + waitMs;
  for (;;) {
    const last = clock.monotonic() >= deadline;
    const report = await look(client).catch((error: unknown) => {
      if (last || !isFault(error, 'kube/unreachable')) throw error;
    });
    if (report && (report.settled || last)) return report;
    await sleep(clock, AGAIN_MS);
  }
}

/** One report a cluster, by its name: of the kubeconfig given, else of every cluster that an agent of this machine belongs to. */
export async function statusOf(
  kubeconfig: string | undefined,
  options: StatusOptions,
): Promise<Readonly<Record<string, StatusReport>>> {
  const known = new Map(registrations().map((agent) => [agent.cluster, agent.kubeconfig]));
  const files = kubeconfig === undefined ? [...known] : ([[options.context ?? kubeconfig, kubeconfig]] as const);
  if (files.length === 0) {
    throw new SealaneError('agent/no-such-agent', 'look for a cluster: no agent has run on this machine', {
      hint: 'give --kubeconfig FILE',
    });
  }
  const reports = files.map(async ([name, file]) => [name, await statusIn(file, options)] as const);
  return Object.fromEntries(await Promise.all(reports));
}

async function statusIn(file: string, { context, ...options }: StatusOptions): Promise<StatusReport> {
  const client = createClient(readKubeconfig(file, { context }), { clock: options.clock });
  try {
    return await readStatus(client, options);
  } finally {
    client.close();
  }
}

async function look(client: Client): Promise<StatusReport> {
  const found = await Promise.all(KINDS.map((versions) => firstServed(client, versions)));
  return summarise(
    found.flatMap(({ objects = [] }) => objects),
    found.flatMap(({ forbidden = [] }) => forbidden),
  );
}

interface Found {
  readonly objects?: readonly ClusterObject[];
  /** Names of what may not be listed. */
  readonly forbidden?: readonly string[];
}

async function firstServed(client: Client, versions: readonly ResourceType[]): Promise<Found> {
  const [type, ...older] = versions;
  if (!type) return {};
  try {
    return { objects: await client.list<KubeObject & ClusterObject>(type) };
  } catch (error) {
    if (isFault(error, 'kube/not-found')) return firstServed(client, older);
    if (isFault(error, 'kube/forbidden')) return { forbidden: [`${type.plural}.${type.group}`] };
    throw error;
  }
}
