/** When a sandbox is ready, as a list of named conditions that are looked at until they hold. */
import { LABEL_AGENT, LEASES, MEMBER_CLUSTERS, NODES, SYSTEM_NAMESPACE } from '#api/index.ts';
import { type Clock, messageOf, SealaneError, sleep } from '#kit/index.ts';
import type { KubeObject } from '#objects/index.ts';
import type { Cluster, Topology } from '#sandbox/topology/index.ts';
import { withClient } from './first-objects.ts';
import type { StatePaths } from './state.ts';

export interface Condition {
  readonly what: string;
  /** @returns what is still missing, undefined when it holds. Throwing is the same as not holding. */
  readonly holds: () => Promise<string | undefined>;
}

const LOOK_EVERY_MS = 100;

/** @throws `sandbox/not-ready` listing what is missing */
export async function awaitAll(conditions: readonly Condition[], timeoutMs: number, clock: Clock): Promise<void> {
  const end = clock.monotonic() + timeoutMs;
  let missing: string[];
  do {
    missing = (await Promise.all(conditions.map(look))).filter((it) => it !== undefined);
    if (missing.length === 0) return;
    await sleep(clock, LOOK_EVERY_MS);
  } while (clock.monotonic() < end);
  throw new SealaneError('sandbox/not-ready', `wait ${timeoutMs / 1000} s:\n  ${missing.join('\n  ')}\n`, {
    hint: 'it stays up; the logs are in its state folder, see `sealane sandbox status`',
  });
}

async function look({ what, holds }: Condition): Promise<string | undefined> {
  try {
    const missing = await holds();
    return missing === undefined ? undefined : `${what}: ${missing}`;
  } catch (error) {
    return `${what}: ${messageOf(error)}`;
  }
}

export function readiness(paths: StatePaths, topology: Topology) {
  const names = topology.clusters.map(({ name }) => name);
  return {
    apiServers: ['hub', ...names].map((name) => apiServer(paths, name)),
    everyone: topology.clusters.flatMap((cluster) => [
      nodes(paths, cluster),
      agents(paths, cluster),
      member(paths, cluster),
    ]),
  };
}

function apiServer(paths: StatePaths, name: string): Condition {
  return {
    what: `API server of ${name}`,
    holds: () =>
      withClient(paths, name, async (client) => {
        (await client.stream({ path: '/readyz', timeoutMs: 2_000 })).resume();
        return undefined;
      }),
  };
}

function nodes(paths: StatePaths, cluster: Cluster): Condition {
  return {
    what: `nodes of ${cluster.name}`,
    holds: () =>
      withClient(paths, cluster.name, async (client) => {
        const ready = (await client.list(NODES)).filter((node) => isTrue(node, 'Ready'));
        return counted(ready.length, cluster.nodes.length, 'ready');
      }),
  };
}

function agents(paths: StatePaths, cluster: Cluster): Condition {
  return {
    what: `agents of ${cluster.name}`,
    holds: () =>
      withClient(paths, cluster.name, async (client) => {
        const query = { namespace: SYSTEM_NAMESPACE, labelSelector: `${LABEL_AGENT}=true` };
        return counted((await client.list(LEASES, query)).length, cluster.nodes.length, 'with a Lease');
      }),
  };
}

/** The member has mirrored every MemberCluster: it read the hub and wrote to its own cluster. */
function member(paths: StatePaths, cluster: Cluster): Condition {
  return {
    what: `member ${cluster.name}`,
    holds: () =>
      withClient(paths, cluster.name, async (client) => {
        const mirrored = await client.list(MEMBER_CLUSTERS);
        return mirrored.length > 0 ? undefined : 'has mirrored no MemberCluster';
      }),
  };
}

function counted(have: number, want: number, how: string): string | undefined {
  return have >= want ? undefined : `${have} of ${want} ${how}`;
}

interface WithConditions extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

function isTrue(object: WithConditions, type: string): boolean {
  return object.status?.conditions?.some((it) => it.type === type && it.status === 'True') ?? false;
}
