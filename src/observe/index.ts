/** Door of `observe`: what the processes say of themselves to Prometheus. */
export {
  type CounterName,
  type Declared,
  declaredOf,
  METRICS,
  type MetricName,
  PROCESSES,
  type ProcessName,
} from './declared.ts';
export { leadingMetric } from './leading-metric.ts';
export { type Counter, createMetrics, type Metrics, type Report } from './metrics.ts';
export { METRICS_PORT } from './ports.ts';
export { processMetrics } from './process-metrics.ts';
export { depthMetric, tryMetrics } from './queue-metrics.ts';
export { type MetricsAddress, type MetricsServer, serveMetrics } from './serve-metrics.ts';
export { watchMetrics } from './watch-metrics.ts';
