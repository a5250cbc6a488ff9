/** Door of `explain`: why a call goes where. */
export { renderTrace } from './render.ts';
export {
  type Difference,
  type KernelBackend,
  type KernelService,
  type KernelTier,
  type TraceInput,
  type TraceReport,
  type WantedService,
  trace,
} from './trace.ts';
