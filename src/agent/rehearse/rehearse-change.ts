/** `sealane rehearse`: reads a cluster, or the hub for all of them, and has plan decide twice. */
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  GLOBAL_TRAFFIC_POLICIES,
  KARMADA_BINDINGS,
  type KarmadaBinding,
  type Lease,
  LEASES,
  MEMBER_CLUSTERS,
  type MemberCluster,
  type Namespace,
  NAMESPACES,
} from '#api/index.ts';
import { compatTypes } from '#compat/index.ts';
import { type Rehearsal, rehearse, type ViewedPort } from '#explain/index.ts';
import { isFault, type Log, SealaneError, systemClock } from '#kit/index.ts';
import { type Client, createClient, readKubeconfig } from '#kube/index.ts';
import { type KubeObject, keyOf, type ResourceType } from '#objects/index.ts';
import { registrations } from '../duties/register.ts';
import { GATEWAY_LEASES } from '../duties/peer-verdicts.ts';
import { watchCluster } from '../watch/cluster-view.ts';
import { type Change, changedMembers, changedView, checkNames, type PolicyObject } from './change.ts';
import { hubPorts, policiesOf } from './hub-ports.ts';
import { memberPorts } from './member-ports.ts';
import { verdictsIn } from './verdicts-in-leases.ts';

export interface RehearseQuestion extends Change {
  /** A member's, or the hub's; without: every cluster that an agent of this machine belongs to. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Calling clusters that are looked at; none: all that can be seen. */
  readonly clusters: readonly string[];
  /** Percent of what the busiest endpoint gets now. */
  readonly overload: number;
  readonly log: Log;
}

const SYNC_MS = 10_000;

/** @throws `agent/no-such-agent`, `agent/unknown-member`, `agent/bad-policy`, `agent/no-answer`, `kube/...` */
export async function rehearseChange(question: RehearseQuestion): Promise<Rehearsal> {
  const seen = await Promise.all(sources(question).map((source) => look(source, question)));
  const before = seen.flatMap((one) => one.before);
  const after = seen.flatMap((one) => one.after);
  refuseBadTargets(question.policies, after);
  const rehearsal = rehearse(before, after, question);
  return { ...rehearsal, problems: [...rehearsal.problems, ...idle(question.policies, after)] };
}

interface Source {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly serviceProxy: boolean;
}

function sources({ kubeconfig, context, clusters }: RehearseQuestion): Source[] {
  if (kubeconfig !== undefined) return [{ kubeconfig, ...(context && { context }), serviceProxy: false }];
  const known = new Map(registrations().map((agent) => [agent.cluster, agent]));
  const wanted = [...known.values()].filter(({ cluster }) => clusters.length === 0 || clusters.includes(cluster));
  if (wanted.length > 0) return wanted;
  throw new SealaneError('agent/no-such-agent', 'look for a cluster: no agent of it has run on this machine', {
    hint: 'give --kubeconfig FILE',
  });
}

interface Seen {
  readonly before: readonly ViewedPort[];
  readonly after: readonly ViewedPort[];
}

async function look(source: Source, question: RehearseQuestion): Promise<Seen> {
  const client = createClient(readKubeconfig(source.kubeconfig, { context: source.context }));
  try {
    return await lookAt(client, source, question);
  } finally {
    client.close();
  }
}

/** One API server: a member's, or the hub's. */
export async function lookAt(
  client: Client,
  { cluster, serviceProxy }: Pick<Source, 'cluster' | 'serviceProxy'>,
  question: Omit<RehearseQuestion, 'kubeconfig' | 'context'>,
): Promise<Seen> {
  const members = await client.list<MemberCluster>(MEMBER_CLUSTERS);
  checkNames(members, { drain: question.drain, fail: question.fail, cluster: question.clusters });
  const self = cluster ?? (await nameOf(client, members));
  if (self === undefined) return lookAtHub(client, members, question);
  return lookAtMember(client, { cluster: self, serviceProxy }, question);
}

/** Undefined: it is no member, so the hub. */
async function nameOf(client: Client, members: readonly MemberCluster[]): Promise<string | undefined> {
  const { metadata } = await client.get<Namespace>(NAMESPACES, { name: 'kube-system' });
  return members.find(({ status }) => status?.clusterUID === metadata.uid)?.metadata.name;
}

async function lookAtMember(
  client: Client,
  { cluster, serviceProxy }: { readonly cluster: string; readonly serviceProxy: boolean },
  question: Pick<RehearseQuestion, keyof Change | 'log'>,
): Promise<Seen> {
  const view = watchCluster(client, { clock: systemClock, log: question.log }, '-');
  try {
    const deadline = AbortSignal.timeout(SYNC_MS);
    await view.whenSynced(deadline);
    if (deadline.aborted)
      throw new SealaneError('agent/no-answer', `read cluster ${cluster}: its API server did not answer in time`);
    const where = { cluster, node: '-', serviceProxy };
    // Who fails calls nobody.
    if (question.fail.includes(cluster)) return { before: [], after: [] };
    const verdicts = verdictsIn(await client.list<Lease>(LEASES, GATEWAY_LEASES));
    return {
      before: memberPorts(view, where, verdicts),
      after: memberPorts(changedView(view, question), where, verdicts),
    };
  } finally {
    view.stop();
  }
}

async function lookAtHub(
  client: Client,
  members: readonly MemberCluster[],
  question: Change & Pick<RehearseQuestion, 'clusters'>,
): Promise<Seen> {
  const exports = await client.list<ClusterExport>(CLUSTER_EXPORTS);
  const types = [GLOBAL_TRAFFIC_POLICIES, ...compatTypes().filter(({ kind }) => kind === 'GlobalTrafficPolicy')];
  const templates = (await Promise.all(types.map((type) => listServed<PolicyObject>(client, type)))).flat();
  const bindings = await listServed<KarmadaBinding>(client, KARMADA_BINDINGS);
  const { clusters, fail } = question;
  const consumers = members
    .map(({ metadata }) => metadata.name)
    .filter((name) => (clusters.length === 0 || clusters.includes(name)) && !fail.includes(name));
  const changed = changedMembers(members, question);
  const had = (consumer: string) => policiesOf(consumer, templates, bindings);
  return {
    before: consumers.flatMap((consumer) => hubPorts({ members, exports, policies: had(consumer) }, consumer)),
    after: consumers.flatMap((consumer) => {
      const policies = replaced(had(consumer), question.policies);
      return hubPorts({ members: changed, exports, policies }, consumer);
    }),
  };
}

function replaced(policies: readonly PolicyObject[], given: readonly PolicyObject[]): PolicyObject[] {
  const idOf = (policy: PolicyObject) => `${policy.apiVersion} ${keyOf(policy)}`;
  return [...new Map([...policies, ...given].map((policy) => [idOf(policy), policy])).values()];
}

async function listServed<T extends KubeObject>(client: Client, type: ResourceType): Promise<T[]> {
  try {
    return await client.list<T>(type);
  } catch (error) {
    if (isFault(error, 'kube/not-found')) return [];
    throw error;
  }
}

/** A key that means no member at all is a slip of the pen, and would be found in a condition only after it is applied. */
function refuseBadTargets(policies: readonly PolicyObject[], after: readonly ViewedPort[]): void {
  for (const policy of policies) {
    const ports = after.filter((port) => isOf(policy, port));
    const problems = ports.flatMap(({ compiled }) => compiled.problems);
    const bad = problems.filter(({ reason }) => reason === 'UnknownCluster' || reason === 'MalformedKey');
    if (bad.length === 0) continue;
    const messages = [...new Set(bad.map(({ message }) => message))];
    throw new SealaneError('agent/bad-policy', `rehearse ${policy.kind} ${keyOf(policy)}: ${messages.join('; ')}`, {
      fields: { problems: bad },
    });
  }
}

function idle(policies: readonly PolicyObject[], after: readonly ViewedPort[]): string[] {
  return policies
    .filter((policy) => !after.some((port) => isOf(policy, port)))
    .map((policy) => `${policy.kind} ${keyOf(policy)} changes nothing: nobody exports that service`);
}

function isOf(policy: PolicyObject, { namespace, name }: ViewedPort): boolean {
  return keyOf(policy) === `${namespace}/${name}`;
}
