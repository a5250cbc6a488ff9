/** Everything that an agent exports, once it is in step. */
import { type Hooks, tableOf, tables, type TrafficKey } from '#kernel/index.ts';
import type { CounterName, Metrics } from '#observe/index.ts';
import type { ConnectDuty } from '../duties/connect.ts';
import type { GatewayDuty } from '../duties/gateway.ts';
import type { AgentOptions } from '../options.ts';
import { Ejections } from './ejections.ts';
import { kernelMetrics } from './kernel-metrics.ts';
import { type Counts, TrafficLedger } from './traffic-ledger.ts';

export interface Observed {
  readonly hooks: Hooks | undefined;
  readonly connect: ConnectDuty | undefined;
  readonly gateway: GatewayDuty | undefined;
}

const NONE = { ejections: 0, backends: 0 };

const TRAFFIC: readonly (readonly [
  CounterName & `sealane_service_${string}`,
  Exclude<keyof Counts, 'connectUs' | 'connects'>,
])[] = [
  ['sealane_service_attempts_total', 'attempts'],
  ['sealane_service_connections_established_total', 'established'],
  ['sealane_service_connections_failed_total', 'failed'],
  ['sealane_service_connections_closed_total', 'closed'],
  ['sealane_service_sent_bytes_total', 'bytesSent'],
  ['sealane_service_received_bytes_total', 'bytesReceived'],
  ['sealane_service_udp_moves_total', 'moves'],
];

export function agentMetrics(options: AgentOptions, { hooks, connect, gateway }: Observed): void {
  const { metrics, pinDir, stateDir, cluster, clock } = options;
  metrics.gauge('sealane_agent_in_step', {}, () => 1);
  kernelMetrics(metrics, pinDir, () => ({ ...connect?.use(), ...gateway?.use() }), clock);
  if (gateway) snatMetrics(metrics, gateway);
  if (!hooks || !connect) return;
  metrics.gauge('sealane_agent_ports', {}, () => connect.use()['services']);
  metrics.gauge('sealane_agent_backends', {}, () => connect.use()['backends']);
  const ledger = new TrafficLedger(`${stateDir}/traffic.json`, trafficTable(hooks));
  trafficMetrics(metrics, cluster, { ledger, connect, health: tableOf(hooks, tables.health) });
}

function snatMetrics(metrics: Metrics, gateway: GatewayDuty): void {
  metrics.collect('snat', async (report) => {
    const { lanes, capacity, entries } = await gateway.snat();
    for (const [map, used] of Object.entries(entries)) report('sealane_map_entries', { map }, used);
    report('sealane_gateway_snat_ports', {}, capacity);
    for (const { namespace, name: service, portName: port, protocol, used } of lanes)
      report('sealane_gateway_snat_ports_used', { namespace, service, port, protocol }, used);
  });
}

function trafficTable(hooks: Hooks) {
  const [traffic, times] = [tableOf(hooks, tables.traffic), tableOf(hooks, tables.connect_times)];
  const pair = ({ service, group }: TrafficKey) => `${service} ${group}`;
  return {
    *all() {
      const known = new Map([...times.all()].map(([key, one]) => [pair(key), one]));
      for (const [key, counts] of traffic.all()) yield [key, { ...counts, times: known.get(pair(key)) }] as const;
    },
    delete(key: TrafficKey) {
      traffic.delete(key);
      times.delete(key);
    },
  };
}

interface Sources {
  readonly ledger: TrafficLedger;
  readonly connect: ConnectDuty;
  readonly health: { all(): Parameters<Ejections['read']>[0] };
}

function trafficMetrics(metrics: Metrics, source_cluster: string, { ledger, connect, health }: Sources): void {
  const ejections = new Ejections();
  metrics.collect('traffic', (report, reportBuckets) => {
    const ejected = ejections.read(health.all(), connect.placed(), process.hrtime.bigint());
    for (const { namespace, service, cluster, counts } of ledger.read(connect.placed())) {
      const labels = { namespace, service, source_cluster, destination_cluster: cluster };
      for (const [name, what] of TRAFFIC) report(name, labels, counts[what]);
      const { connects, connectUs } = counts;
      if (connects.length > 0)
        reportBuckets('sealane_service_connect_duration_seconds', labels, connects, connectUs / 1e6);
      const { ejections: total, backends } = ejected.get(`${namespace}/${service} ${cluster}`) ?? NONE;
      report('sealane_service_ejections_total', labels, total);
      report('sealane_service_ejected_backends', labels, backends);
    }
  });
}
