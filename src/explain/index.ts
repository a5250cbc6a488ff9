/** Door of `explain`: why a call goes where. */
export type {
  Difference,
  DnsFinding,
  DrainedCluster,
  KernelBackend,
  KernelService,
  KernelShare,
  KernelTier,
  TracedShare,
  TraceInput,
  TraceReport,
  WantedService,
} from './model.ts';
export { renderTrace } from './render.ts';
export { trace } from './trace.ts';
export { type CheckResult, runChecks } from './check/check.ts';
export { CHECKS } from './check/checks.ts';
export { otherTraffic } from './check/other-traffic.ts';
export type { ClusterFacts, Facts, Known, MachineFacts, PortRange } from './check/facts.ts';
export type { ClusterObject, StatusLine, StatusReport } from './status/model.ts';
export { nameOf, summarise } from './status/summarise.ts';
export { leftAlone } from './drain/left-alone.ts';
export { type DrainPhase, type DrainProgress, type DrainView, drainProgress } from './drain/progress.ts';
export { redactObject } from './redact/redact-object.ts';
export { REMOVED, redactText } from './redact/redact-text.ts';
export type { DownCluster, Load, Move, Refusal, Rehearsal, ViewedPort } from './rehearse/model.ts';
export { rehearse } from './rehearse/rehearse.ts';
