/** `sealane trace`: asks the cluster and the kernel, and lets `explain` hold the two against each other. */
import {
  type DrainedCluster,
  type KernelService,
  type TraceInput,
  type TraceReport,
  trace,
  type WantedService,
} from '#explain/index.ts';
import { formatIp, ip, type Log, SealaneError, systemClock } from '#kit/index.ts';
import { type Client, createClient, readKubeconfig } from '#kube/index.ts';
import { type CompiledPort, type DnsSnapshot, drains, type Exporter } from '#plan/index.ts';
import { type DesiredService, vipKey } from '../apply/desired.ts';
import type { VipAddress } from '../apply/maps.ts';
import { compileService, type Site } from '../compile/service-tables.ts';
import { readDrains } from '../drain/read-drains.ts';
import { snapshotOf } from '../duties/dns-snapshot.ts';
import { type Registration, registrations } from '../duties/register.ts';
import { type ClusterView, watchCluster } from '../watch/cluster-view.ts';
import { inputsOf, siteOf } from '../watch/inputs.ts';
import { agreedVerdicts, readVerdictsFile } from '../prober/files.ts';
import { findCaller } from './find-caller.ts';
import { pinnedClosed, pinnedConnectMaps, pinnedEjections, readKernelService } from './read-kernel.ts';

export interface TraceQuestion {
  readonly cluster: string;
  readonly namespace: string;
  /** Its name, or that of the Deployment that made it. */
  readonly pod: string;
  /** A name as the pod would type it, or an address. */
  readonly host: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  /** Part of the pin directory, to choose among several agents of one cluster name. */
  readonly within?: string;
  readonly log: Log;
}

const SYNC_MS = 10_000;
/** Of the resolv.conf that Kubernetes gives to pods. */
const NDOTS = 5;

/** @throws `agent/no-such-agent`, `agent/no-such-pod`, `kube/...`, `kernel/pinned-map` */
export async function traceCall(question: TraceQuestion): Promise<TraceReport> {
  const candidates = registrations().filter(
    ({ cluster, pinDir }) => cluster === question.cluster && pinDir.includes(question.within ?? ''),
  );
  const [first] = candidates;
  if (!first) throw noAgent(question.cluster);
  const client = createClient(readKubeconfig(first.kubeconfig));
  try {
    const { metadata, spec } = await findCaller(client, question);
    const node = spec?.nodeName;
    const agent = candidates.find((one) => one.node === node) ?? first;
    return await traceFrom({ ...question, pod: metadata.name }, client, agent, node);
  } finally {
    client.close();
  }
}

async function traceFrom(question: TraceQuestion, client: Client, agent: Registration, node: string | undefined) {
  const view = watchCluster(client, { clock: systemClock, log: question.log }, agent.node);
  try {
    if (!(await synced(view)))
      throw new SealaneError(
        'agent/no-answer',
        `read cluster ${question.cluster}: its API server did not answer in ${SYNC_MS} ms`,
      );
    return trace(inputFor(question, view, agent, node));
  } finally {
    view.stop();
  }
}

async function synced(view: ClusterView): Promise<boolean> {
  const deadline = AbortSignal.timeout(SYNC_MS);
  await view.whenSynced(deadline);
  return !deadline.aborted;
}

function inputFor(
  question: TraceQuestion,
  view: ClusterView,
  agent: Registration,
  node: string | undefined,
): TraceInput {
  const { host, port, protocol } = question;
  const dns = answer(snapshotOf(view), view, question);
  const where = { cluster: agent.cluster, node: agent.node, serviceProxy: agent.serviceProxy };
  const site = siteOf(view, where, readVerdictsFile(agreedVerdicts(agent.stateDir)));
  const address = dns.addresses[0];
  const vip = address ? { address: ip(address), port, protocol } : undefined;
  const wanted = vip && wantedAt(view, site, vipKey(vip));
  const kernel = vip && readKernel(agent, vip);
  return {
    caller: { cluster: question.cluster, namespace: question.namespace, pod: question.pod, ...(node && { node }) },
    target: { host, port, protocol },
    dns,
    ...(wanted && { wanted }),
    ...(kernel && { kernel }),
  };
}

function readKernel({ pinDir, stateDir, cluster }: Registration, vip: VipAddress): KernelService | undefined {
  const seen = { ejections: pinnedEjections(pinDir), closed: pinnedClosed(pinDir, stateDir, cluster) };
  return readKernelService(pinnedConnectMaps(pinDir, stateDir, cluster), seen, vip);
}

/** The service whose compiled tables have this entry. */
function wantedAt(view: ClusterView, site: Site, key: string): WantedService | undefined {
  for (const service of view.serviceNames()) {
    const inputs = inputsOf(view, service);
    const { desired, decisions } = compileService(site, inputs);
    const at = desired.findIndex((entry) => vipKey(entry) === key);
    const entry = desired[at];
    if (!entry) continue;
    const decision = decisions[at] ?? peerDecision(entry);
    const backends = Object.fromEntries(
      entry.groups.map((group) => [
        group.key,
        group.backends.map((backend) => ({ address: formatIp(backend.address), port: backend.port })),
      ]),
    );
    const serving = new Set(decision.compiled.compiled.flat().map(({ cluster }) => cluster));
    const others = decisions[at]?.request.exporters.filter(({ cluster }) => !serving.has(cluster)) ?? [];
    const drained = drainedAmong(others, view, service, inputs.policy?.drainSeconds);
    return { ...inputs.name, portName: decision.portName, compiled: decision.compiled, backends, drained };
  }
  return undefined;
}

/** @param seconds as the policy of the service says */
function drainedAmong(
  exporters: readonly Exporter[],
  view: ClusterView,
  service: string,
  seconds: number | undefined,
): DrainedCluster[] {
  const going = readDrains(view.members.list()).filter((drain) => drains(drain, service));
  return exporters.flatMap(({ cluster }) => {
    const drain = going.find(({ member }) => member === cluster);
    if (!drain) return [];
    const said = drain.deadline === undefined ? undefined : view.members.get(cluster)?.spec?.drainDeadline;
    return [{ cluster, ...(said !== undefined && { deadline: said }), ...(seconds !== undefined && { seconds }) }];
  });
}

/** A peer address stands for one cluster: nothing was decided. */
function peerDecision({ tiers, port }: DesiredService): { portName: string; compiled: CompiledPort } {
  const compiled = tiers.map(({ slots }) => [...new Set(slots)].map((cluster) => ({ cluster, weight: 1 })));
  return { portName: `lane ${port}`, compiled: { resolved: compiled, compiled, nodeLocal: false, problems: [] } };
}

/** What the node's resolver answers, along the search path of a pod. */
function answer(
  snapshot: DnsSnapshot,
  view: ClusterView,
  { host, namespace }: TraceQuestion,
): NonNullable<TraceInput['dns']> {
  if (/^[\d.]+$/.test(host)) return { rcode: 'NOERROR', addresses: [host], answeredBy: 'the address itself' };
  const absolute = host.replace(/\.$/, '').toLowerCase();
  const below = [`.${namespace}.svc.cluster.local`, '.svc.cluster.local', '.cluster.local'];
  const search = absolute.split('.').length > NDOTS ? ['', ...below] : [...below, ''];
  for (const suffix of host.endsWith('.') ? [''] : search) {
    const name = absolute + suffix;
    const own = snapshot.overrides[name] ?? snapshot.records[name];
    if (own) return { rcode: 'NOERROR', addresses: own, name, answeredBy: 'the node’s resolver' };
    const local = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(name);
    const clusterIp = local && view.services.get(`${local[2]}/${local[1]}`)?.spec?.clusterIP;
    if (clusterIp && clusterIp !== 'None')
      return { rcode: 'NOERROR', addresses: [clusterIp], name, answeredBy: 'the cluster’s own DNS' };
  }
  return { rcode: 'NXDOMAIN', addresses: [] };
}

function noAgent(cluster: string): SealaneError {
  const known = [...new Set(registrations().map((one) => one.cluster))];
  return new SealaneError(
    'agent/no-such-agent',
    `trace in ${cluster}: no agent of that cluster has run on this machine`,
    {
      hint: known.length > 0 ? `known here: ${known.join(', ')}` : 'run it on a node, or in the sandbox',
    },
  );
}
