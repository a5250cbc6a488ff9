import type { ProcessName } from './declared.ts';

/** Of loopback, unless another address is asked for. One for each process: they may share a network namespace. */
export const METRICS_PORT: Readonly<Record<ProcessName, number>> = {
  agent: 9954,
  resolver: 9955,
  member: 9956,
  hub: 9957,
  prober: 9958,
};
