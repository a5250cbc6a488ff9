/** Door of `agent`. */
export { describeBpf, switchBpfStats, watchBpf } from './bpf/describe-bpf.ts';
export type { AgentPrograms, BpfReport, SwapReport } from './bpf/report.ts';
export { objectOf, programPurposes } from './bpf/purposes.ts';
export { swapProgram, type SwapQuestion } from './bpf/swap-program.ts';
export { type BundleReport, writeBundle } from './bundle/write-bundle.ts';
export type { BundleQuestion } from './bundle/parts.ts';
export { checkMachine, type CheckQuestion } from './check/check-machine.ts';
export type { TopicName, Untold } from './events/agent-events.ts';
export { eventText } from './events/event-text.ts';
export { type WatchQuestion, watchEvents } from './events/watch-events.ts';
export { type RunningAgent, runAgent } from './main.ts';
export type { AgentOptions } from './options.ts';
export { type ResolverMainOptions, runResolver } from './resolver-main.ts';
export { type TraceQuestion, traceCall } from './trace/trace-call.ts';
export type { PolicyObject } from './rehearse/change.ts';
export { type RehearseQuestion, rehearseChange } from './rehearse/rehearse-change.ts';
export { readStatus, type StatusOptions, statusOf } from './status/read-status.ts';
