/** A pod's status from what is known of its containers. Pure. */
import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodCondition,
  PodStatus,
} from '#sandbox/workloads/index.ts';
import type { ContainerRecord, PodRecord, Termination } from './records.ts';
import { restarts } from './restart-policy.ts';

export interface StatusSource {
  readonly pod: Pod;
  /** Undefined before anything was made for it. */
  readonly record: PodRecord | undefined;
  readonly hostAddresses: readonly string[];
  /** Somebody turned the pod's readiness off by its switch. */
  readonly switchedOff: boolean;
  /** RFC 3339 */
  readonly now: string;
}

export function podStatus({ pod, record, hostAddresses, switchedOff, now }: StatusSource): PodStatus {
  const { containers, initContainers = [], readinessGates = [] } = pod.spec;
  const status = (container: Container) => containerStatus(container, record, switchedOff);
  const statuses = containers.map(status);
  const initStatuses = initContainers.map(status);
  const initialized = initStatuses.every(({ state }) => state.terminated?.exitCode === 0);
  const phase = phaseOf(pod, statuses, initialized);
  const unready = statuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const gate = readinessGates.find(({ conditionType }) => !hasCondition(pod, conditionType));
  const notReady =
    phase === 'Succeeded'
      ? { reason: 'PodCompleted' }
      : unready.length > 0
        ? { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
        : undefined;
  const gated = gate && { reason: 'ReadinessGatesNotReady', message: `condition "${gate.conditionType}" is not True` };
  const conditions = [
    condition('PodScheduled', undefined),
    condition('Initialized', initialized ? undefined : { reason: 'ContainersNotInitialized' }),
    condition('ContainersReady', notReady),
    condition('Ready', notReady ?? gated),
  ].map((wanted) => withTransition(wanted, pod.status?.conditions, now));
  return {
    phase,
    conditions: [...conditions, ...(pod.status?.conditions ?? []).filter(({ type }) => !OURS.has(type))],
    ...(record ? { podIP: record.addresses[0], podIPs: listed(record.addresses), startTime: record.startTime } : {}),
    hostIP: hostAddresses[0],
    hostIPs: listed(hostAddresses),
    containerStatuses: statuses,
    ...(initContainers.length > 0 ? { initContainerStatuses: initStatuses } : {}),
    qosClass: pod.status?.qosClass ?? 'BestEffort',
  };
}

function listed(addresses: readonly string[]): { ip: string }[] {
  return addresses.map((ip) => ({ ip }));
}

const OURS = new Set(['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']);

function condition(type: string, problem: { reason: string; message?: string } | undefined): PodCondition {
  return problem ? { type, status: 'False', ...problem } : { type, status: 'True' };
}

function withTransition(wanted: PodCondition, before: PodStatus['conditions'], now: string): PodCondition {
  const old = before?.find(({ type }) => type === wanted.type);
  const lastTransitionTime = old?.status === wanted.status ? (old.lastTransitionTime ?? now) : now;
  return { ...wanted, lastTransitionTime };
}

function hasCondition({ status }: Pod, wanted: string): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === wanted && is === 'True') ?? false;
}

function phaseOf({ spec }: Pod, statuses: readonly ContainerStatus[], initialized: boolean): PodStatus['phase'] {
  const over = statuses.map(({ state }) => state.terminated).filter((it) => it !== undefined);
  const forGood = over.filter(({ exitCode }) => !restarts(spec.restartPolicy, exitCode));
  if (forGood.length === statuses.length && statuses.length > 0) {
    return forGood.every(({ exitCode }) => exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  const begun = statuses.some(({ state, restartCount }) => state.running || state.terminated || restartCount > 0);
  return initialized && begun ? 'Running' : 'Pending';
}

function containerStatus(
  { name, image = '' }: Container,
  record: PodRecord | undefined,
  switchedOff: boolean,
): ContainerStatus {
  const known = record?.containers[name];
  const isRunning = known?.process !== undefined;
  const id = known?.startedAt === undefined ? undefined : `sealane://${record?.uid}-${name}-${known.restartCount}`;
  return {
    name,
    image,
    imageID: '',
    ...(id === undefined ? {} : { containerID: id }),
    ready: isRunning && known.ready && !switchedOff,
    started: isRunning && known.started,
    restartCount: known?.restartCount ?? 0,
    state: stateOf(known),
    lastState: known?.ended && (isRunning || known.waiting) ? { terminated: terminated(known.ended) } : {},
  };
}

function stateOf(record: ContainerRecord | undefined): ContainerState {
  if (record?.process) return { running: { startedAt: record.startedAt ?? '' } };
  if (record?.waiting) return { waiting: record.waiting };
  if (record?.ended) return { terminated: terminated(record.ended) };
  return { waiting: { reason: 'ContainerCreating' } };
}

function terminated({ exitCode, reason, startedAt, finishedAt }: Termination) {
  return { exitCode, reason, startedAt, finishedAt };
}
