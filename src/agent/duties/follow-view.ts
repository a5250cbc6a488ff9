/** Keeps tables, lanes, the snapshot and the Lease in step with a view: works once over everything, then over whatever changes. */
import type { ClusterExportSpec, Service } from '#api/index.ts';
import { type Clock, createQueue, type Log, type Queue } from '#kit/index.ts';
import { depthMetric, type Metrics, tryMetrics } from '#observe/index.ts';
import { type DnsSnapshot, localEndpoints, type OwnExport } from '#plan/index.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { policyOf } from '../watch/inputs.ts';
import { laneKey, type Names } from '../events/names-file.ts';
import { ApplyLag } from '../metrics/apply-lag.ts';
import { Step } from '../drain/step.ts';
import type { ConnectDuty } from './connect.ts';
import { snapshotOf } from './dns-snapshot.ts';
import type { GatewayDuty } from './gateway.ts';

export interface Followed {
  readonly view: ClusterView;
  /** Absent where no pod calls. */
  readonly connect: ConnectDuty | undefined;
  /** Absent where no lane comes in. */
  readonly gateway: Pick<GatewayDuty, 'apply' | 'lanes'> | undefined;
  readonly lease: { touch(): void };
  /** Told which generations of the members' mirrors the tables are in step with; absent where nobody asks. */
  readonly drains: { inStep(generations: ReadonlyMap<string, number>): void } | undefined;
  /** Generation of each policy that the kernel has; said in the Lease. */
  readonly applied: Record<string, number>;
  readonly snapshot: { write(snapshot: DnsSnapshot): void };
  readonly names: { write(names: Names): void };
  /** Absent where another serves ClusterIPs. */
  readonly conditions: { tell(key: string, service: Service | undefined): Promise<void> } | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Owner, in the tables, of the cluster's DNS addresses; and the key of the snapshot's work. */
export const DNS_OWNER = '@dns';
/** Keys of the work queue that are no services. */
const GATEWAY = '@gateway';
const NAMES = '@names';
/** Key of all of them. */
export const EVERYTHING = '*';
const IN_STEP = '@in-step';
const FREED = '@freed';
/** Many changes come together: one snapshot for all of them. */
const SNAPSHOT_DELAY_MS = 20;
/** For people only. */
const NAMES_DELAY_MS = 500;
/** Longer than a program runs: then nobody comes by the tables as they were before. */
const FREED_DELAY_MS = 100;
/** Services that failed are tried again meanwhile. */
const STEP_AGAIN_MS = 200;

/** Resolves when the tables hold everything that the view has; the queue goes on. */
export async function followView(followed: Followed): Promise<Queue> {
  const { view, connect, clock, log, metrics } = followed;
  const lag = new ApplyLag(metrics, clock);
  const step = new Step(() => view.members.list());
  let forgetting = false;
  const queue = createQueue({ clock, log, work, onTry: tryMetrics(metrics, 'tables') });
  depthMetric(metrics, 'tables', queue);

  async function work(key: string): Promise<void> {
    if (key === DNS_OWNER) return followed.snapshot.write(snapshotOf(view));
    if (key === GATEWAY) return applyGateway(followed);
    if (key === NAMES) return followed.names.write(namesOf(followed));
    if (key === EVERYTHING) return everything();
    if (key === IN_STEP) return stepped();
    if (key === FREED) return forgetFreed();
    step.try(key, () => connect?.reconcile(key));
    if (connect?.hasFreed && !forgetting) queue.addAfter(FREED, FREED_DELAY_MS);
    forgetting = connect?.hasFreed ?? false;
    lag.applied(key, view.slicesOf(key));
    noteApplied(followed, key);
    await followed.conditions?.tell(key, view.services.get(key));
  }

  function everything() {
    step.begin();
    for (const name of view.serviceNames()) queue.add(name);
    queue.add(IN_STEP);
  }

  function forgetFreed() {
    forgetting = false;
    connect?.forgetFreed();
  }

  function stepped() {
    const reached = step.end();
    if (reached) followed.drains?.inStep(reached);
    else queue.addAfter(IN_STEP, STEP_AGAIN_MS);
  }

  function touch(service: string) {
    if (service !== EVERYTHING) lag.seen(service);
    queue.add(service);
    queue.add(GATEWAY);
    queue.addAfter(DNS_OWNER, SNAPSHOT_DELAY_MS);
    queue.addAfter(NAMES, NAMES_DELAY_MS);
  }

  view.onChange(touch);
  everything();
  queue.add(DNS_OWNER);
  queue.add(GATEWAY);
  await queue.idle();
  await connect?.prune(clock);
  followed.names.write(namesOf(followed));
  return queue;
}

function namesOf({ connect, gateway }: Followed): Names {
  const lanes = gateway?.lanes() ?? [];
  return {
    services: Object.fromEntries(connect?.owners() ?? []),
    lanes: Object.fromEntries(
      lanes.map((one) => [laneKey(one.protocol, one.lanePort), `${one.namespace}/${one.name}`]),
    ),
  };
}

function applyGateway({ gateway, view }: Followed): void {
  if (!gateway) return;
  const exported = view.exports.list().map(({ spec }) => ownExport(spec));
  const services = exported.map(({ namespace, name }) => ({
    namespace,
    name,
    ports: localEndpoints(view.slicesOf(`${namespace}/${name}`)),
  }));
  gateway.apply(exported, services);
}

function ownExport({ service, ports, sessionAffinity, endpoints = [] }: ClusterExportSpec): OwnExport {
  const named = <T extends { readonly name?: string }>(port: T) => ({ ...port, name: port.name ?? '' });
  return {
    ...service,
    ports: ports.map(named),
    keepsCallers: sessionAffinity === 'ClientIP',
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, ports: endpoint.ports.map(named) })),
  };
}

/** What the kernel has of a policy goes into the Lease. */
function noteApplied({ view, applied, lease }: Followed, service: string): void {
  const generation = policyOf(view, service)?.winner.value.generation;
  if (applied[service] === generation) return;
  if (generation === undefined) delete applied[service];
  else applied[service] = generation;
  lease.touch();
}
