/** Door of `agent`. */
export { describeBpf, switchBpfStats } from './bpf/describe-bpf.ts';
export type { AgentPrograms, BpfReport } from './bpf/report.ts';
export { checkMachine, type CheckQuestion } from './check/check-machine.ts';
export { type RunningAgent, runAgent } from './main.ts';
export type { AgentOptions } from './options.ts';
export { type ResolverMainOptions, runResolver } from './resolver-main.ts';
export { type TraceQuestion, traceCall } from './trace/trace-call.ts';
export { readStatus, type StatusOptions, statusOf } from './status/read-status.ts';
