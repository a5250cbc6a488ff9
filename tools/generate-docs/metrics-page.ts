/** docs/metrics.md: every metric that a process exports. */
import { type Declared, METRICS, METRICS_PORT, PROCESSES, type ProcessName } from '#observe/index.ts';
import { code, page, table } from './markdown.ts';

const ABOUT = `Each process serves its own over plain HTTP, \`GET /metrics\`, in Prometheus' text format. By default only loopback is listened on; \
\`--metrics-address IP:PORT\` moves it (the resolver's and the prober's by the agent's \`--resolver-metrics-address\` and \`--prober-metrics-address\`), \`none\` turns it off. There is no access \
control: whoever may connect may read. What can be read is counts, names of namespaces, services, clusters and kinds; no pod, no address, no secret. \
An address that cannot be had is warned of once and tried again; nothing else waits for it.`;

const SCRAPE = `In a pod or on a node, let Prometheus in by the node's address (\`--metrics-address 192.0.2.11:9954\`), and keep others out by the
firewall or a NetworkPolicy:

\`\`\`yaml
scrape_configs:
  - job_name: sealane
    static_configs:
      - targets: [192.0.2.11:9954, 192.0.2.11:9955]   # an agent and its resolver
\`\`\`

In a sandbox each process has the default port in its own network namespace: \`ip netns exec sealane-cluster-2-node-1 curl -s
http://127.0.0.1:9954/metrics\`. Dashboard and alert rules: [examples/monitoring](../examples/monitoring).`;

const TRAFFIC = `## What is asked most

| | |
|---|---|
| calls a second, by who serves them | \`sum by (namespace, service, source_cluster, destination_cluster) (rate(sealane_service_attempts_total[1m]))\` |
| the part of them that failed to connect | \`sum by (namespace, service) (rate(sealane_service_connections_failed_total[1m])) / sum by (namespace, service) (rate(sealane_service_attempts_total[1m]))\` |
| connections open now | \`sealane_service_connections_established_total - sealane_service_connections_closed_total\` |
| how full the fullest table is | \`max by (map) (sealane_map_entries / sealane_map_max_entries)\` |

The kernel counts connections, not requests, and times only how long they take to be established: durations of calls are the application's to tell. Its counts outlive the
agent: what was called while it was away is counted too. One call may count as several attempts, when a client tries both address families
or tries again. A lane shares its port among callers, so a gateway does not count by caller: callers' nodes do.`;

export function metricsPage(): string {
  const ports = table(
    ['process', 'default address'],
    PROCESSES.map((one) => [code(`sealane ${one}`), code(`127.0.0.1:${METRICS_PORT[one]}`)]),
  );
  const all = Object.entries(METRICS as Readonly<Record<string, Declared>>);
  const common = all.filter(([, { by }]) => by.length > 1);
  const own = (process: ProcessName) => all.filter(([, { by }]) => by.length === 1 && by[0] === process);
  return page(
    'Metrics',
    ABOUT,
    ports,
    `## Scraping\n\n${SCRAPE}`,
    TRAFFIC,
    `## Of several processes\n\n${metricsTable(common, true)}`,
    ...PROCESSES.map((process) => `## Of \`sealane ${process}\`\n\n${metricsTable(own(process), false)}`),
  );
}

function metricsTable(metrics: readonly (readonly [string, Declared])[], withProcesses: boolean): string {
  return table(
    ['metric', 'type', 'labels', 'meaning', 'series a process', ...(withProcesses ? ['processes'] : [])],
    metrics.map(([name, { type, labels, help, series, by }]) => [
      code(name),
      type,
      labels.map(code).join(' '),
      help,
      type === 'histogram' ? `${series}, each ${bucketsOf(name) + 3} lines` : series,
      ...(withProcesses ? [by.join(' ')] : []),
    ]),
  );
}

function bucketsOf(name: string): number {
  return (METRICS as Readonly<Record<string, Declared>>)[name]?.buckets?.length ?? 0;
}
