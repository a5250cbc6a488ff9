/** What every process says of itself. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Metrics } from './metrics.ts';

const NANOSECONDS = 1e9;
const RESOLUTION_MS = 20;

export function processMetrics(metrics: Metrics, version: string): void {
  metrics.gauge('sealane_build_info', { process: metrics.process, version, node_version: process.version }, () => 1);
  metrics.gauge('process_resident_memory_bytes', {}, () => process.memoryUsage.rss());
  metrics.gauge('process_start_time_seconds', {}, () => performance.timeOrigin / 1000);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  metrics.gauge('sealane_event_loop_delay_seconds', {}, () => {
    // What it measures is the time between two turns of its timer.
    const longest = Math.max(0, delay.max / NANOSECONDS - RESOLUTION_MS / 1000);
    delay.reset();
    return longest;
  });
  metrics.collect('process', (report) => {
    const { user, system } = process.cpuUsage();
    report('process_cpu_seconds_total', {}, (user + system) / 1e6);
    report('sealane_event_loop_busy_seconds_total', {}, performance.eventLoopUtilization().active / 1000);
  });
}
