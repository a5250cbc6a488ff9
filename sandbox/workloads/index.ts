/** Door of the workload controllers: Deployments, ReplicaSets, EndpointSlices, pods' nodes. */
export type { Caches } from './context.ts';
export type {
  Action,
  Container,
  ContainerState,
  ContainerStatus,
  EnvVar,
  HttpGet,
  Node,
  Pod,
  PodCondition,
  PodSpec,
  PodStatus,
  Probe,
  StatefulSet,
} from './kinds.ts';
export { isReady } from './pod-state.ts';
export { runWorkloads, type Workloads } from './run-workloads.ts';
