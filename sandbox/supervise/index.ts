/** Door of the supervisor: a sandbox's life from up to down. */
export type { ApiServerConfig } from './apiserver-config.ts';
export { askSupervisor, type ControlAnswer, type ControlRequest } from './control.ts';
export { down, isOurs } from './down.ts';
export { withClient } from './first-objects.ts';
export { setSkew } from './pretended-clock.ts';
export { type ProcessSpec, processTable, RELAY, relayProcess } from './process-table.ts';
export { type Condition, awaitAll } from './readiness.ts';
export { runApiServer } from './run-apiserver.ts';
export { runSupervisor } from './run-supervisor.ts';
export { readTopologyState, statePaths, type StatePaths, writeJson, writeState } from './state.ts';
export { type SandboxStatus, sandboxStatus } from './status.ts';
export type { ProcessStatus } from './supervisor.ts';
export { up, type UpOptions } from './up.ts';
