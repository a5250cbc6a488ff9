/** What the demonstration waits for, each as something that can be looked at. */
import {
  agentLeaseName,
  ANNOTATION_APPLIED,
  ANNOTATION_ENDPOINTS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  LABEL_SERVICE_NAME,
  LABEL_SOURCE_CLUSTER,
  LEASES,
  NAMESPACES,
  SERVICE_IMPORTS,
  SERVICES,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import type { Condition } from '#sandbox/supervise/index.ts';
import { call, callerPod } from './in-pod.ts';
import type { Answers } from './results.ts';
import {
  CALLER,
  EXPORTS,
  HTTPBIN,
  SERVERS,
  TEMPLATE_GENERATION,
  TRAFFIC_POLICIES,
  URL_CALLED,
  type Workload,
} from './resources.ts';
import type { Stage } from './stage.ts';

export function namespaceEverywhere(stage: Stage, name: string): Condition[] {
  return stage.clusters.map((cluster) => ({
    what: `namespace ${name} in ${cluster}`,
    holds: async () => absent(await stage.member(cluster).client.find(NAMESPACES, { name })),
  }));
}

export function deploymentReady(
  stage: Stage,
  cluster: string,
  ref: { readonly namespace: string; readonly name: string },
  replicas: number,
): Condition {
  return {
    what: `Deployment ${ref.namespace}/${ref.name} in ${cluster}`,
    async holds() {
      const found = await stage.member(cluster).client.find<Workload>(DEPLOYMENTS, ref);
      const { spec, status } = found ?? {};
      if (spec?.replicas !== replicas) return `${spec?.replicas ?? 'no'} replicas of ${replicas}`;
      return status?.readyReplicas === replicas ? undefined : `${status?.readyReplicas ?? 0} of ${replicas} ready`;
    },
  };
}

export function serviceIn(stage: Stage, cluster: string): Condition {
  return {
    what: `Service httpbin in ${cluster}`,
    holds: async () => absent(await stage.member(cluster).client.find(SERVICES, HTTPBIN)),
  };
}

export function exportIn(stage: Stage, cluster: string): Condition {
  return {
    what: `ServiceExport httpbin in ${cluster}`,
    holds: async () => absent(await stage.member(cluster).client.find(EXPORTS, HTTPBIN)),
  };
}

interface Import {
  readonly spec?: { readonly ips?: readonly string[] };
  readonly status?: { readonly clusters?: readonly { readonly cluster: string }[] };
}

export async function importOf(stage: Stage): Promise<Import | undefined> {
  return (await stage.member(CALLER).client.find(SERVICE_IMPORTS, HTTPBIN)) as Import | undefined;
}

export function imported(stage: Stage): Condition {
  return {
    what: `import of httpbin in ${CALLER}`,
    async holds() {
      const clusters = (await importOf(stage))?.status?.clusters?.map(({ cluster }) => cluster) ?? [];
      const missing = SERVERS.filter((name) => !clusters.includes(name));
      return missing.length === 0 ? undefined : `not yet from ${missing.join(', ')}`;
    },
  };
}

/** The policy as it is on the hub now is in the caller's kernel. */
export function policyApplied(stage: Stage): Condition {
  return {
    what: `GlobalTrafficPolicy httpbin in ${CALLER}`,
    async holds() {
      const { client } = stage.member(CALLER);
      const template = await stage.hub.get(TRAFFIC_POLICIES, HTTPBIN);
      const made = await client.find(TRAFFIC_POLICIES, HTTPBIN);
      if (made?.metadata.annotations?.[TEMPLATE_GENERATION] !== String(template.metadata.generation)) {
        return 'not propagated yet';
      }
      const { spec } = await callerPod(stage);
      const name = agentLeaseName(spec?.nodeName ?? '');
      const lease = await client.find(LEASES, { namespace: SYSTEM_NAMESPACE, name });
      const applied = JSON.parse(lease?.metadata.annotations?.[ANNOTATION_APPLIED] ?? '{}') as Record<string, number>;
      const generation = applied['httpbin/httpbin'];
      return generation === made.metadata.generation
        ? undefined
        : `${name} has generation ${generation ?? '-'} in the kernel`;
    },
  };
}

/** A few calls in a row: between two states some go one way, some the other. */
export function answersAre(stage: Stage, what: string, holds: (answers: Answers) => boolean): Condition {
  return {
    what,
    async holds() {
      const answers = await call(stage, URL_CALLED, { count: 20, timeoutMs: 2_000 });
      const { clusters, failures } = answers;
      return holds(answers) ? undefined : `answered ${JSON.stringify({ ...clusters, ...failures })}`;
    },
  };
}

export function onlyFrom(stage: Stage, cluster: string): Condition {
  return answersAre(
    stage,
    `answers from ${cluster} alone`,
    ({ clusters, calls }) => calls > 0 && clusters[cluster] === calls,
  );
}

/** What the caller's cluster has heard of another's endpoints. */
export function knownReady(stage: Stage, cluster: string, ready: number): Condition {
  const { namespace, name } = HTTPBIN;
  const labelSelector = `${LABEL_SERVICE_NAME}=${name},${LABEL_SOURCE_CLUSTER}=${cluster}`;
  return {
    what: `ready endpoints of ${cluster} as known in ${CALLER}`,
    async holds() {
      const slices = await stage.member(CALLER).client.list(ENDPOINT_SLICES, { namespace, labelSelector });
      const counts = slices.map(({ metadata }) => metadata.annotations?.[ANNOTATION_ENDPOINTS] ?? '');
      const known = Math.max(0, ...counts.map((text) => Number(/=(\d+)\//.exec(text)?.[1] ?? 0)));
      return known === ready ? undefined : `${known}, expected ${ready}`;
    },
  };
}

function absent(object: unknown): string | undefined {
  return object === undefined ? 'not there' : undefined;
}
