/** `sealane prober`: watches the other members' gateways, in a process of its own. */
import type { Clock, Log } from '#kit/index.ts';
import type { Metrics } from '#observe/index.ts';
import { proberMetrics } from './metrics/prober-metrics.ts';
import { type ProberOptions, startProber } from './prober/prober.ts';
import { tcpEvidence } from './prober/tcp-evidence.ts';

export interface ProberMainOptions extends Pick<ProberOptions, 'listen' | 'cluster' | 'targetsPath' | 'verdictsPath'> {
  /** The agent's pins: what TCP has seen is read there. */
  readonly pinDir: string;
  /** Numbers of the clusters in the kernel. */
  readonly numbersPath: string;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

/** Probes until the process ends. */
export function runProber({ pinDir, numbersPath, metrics, ...options }: ProberMainOptions): void {
  const established = tcpEvidence(pinDir, numbersPath);
  startProber({ ...options, established, onStep: proberMetrics(metrics) });
}
