/**
 * Every metric of every process, as data: what is not here cannot be exported, and docs/metrics.md is written from it.
 * Names follow https://prometheus.io/docs/practices/naming; `process_*` are what every Prometheus client calls them.
 */
export const PROCESSES = ['agent', 'resolver', 'prober', 'member', 'hub'] as const;
export type ProcessName = (typeof PROCESSES)[number];

export interface Declared {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly by: readonly ProcessName[];
  /** At most so many series a process, in words. */
  readonly series: string;
  /** Upper bounds, of a histogram. */
  readonly buckets?: readonly number[];
}

const RECONCILERS = ['agent', 'member', 'hub'] as const;
const LEADERS = ['member', 'hub'] as const;
const DURATIONS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];
const NETWORK = [0.0005, 0.002, 0.01, 0.05, 0.2, 1, 5];
/** 2 to the 9th microseconds and on, doubled each time: bpf/include/times.h counts so. */
const CONNECTS = Array.from({ length: 13 }, (_, i) => 2 ** (9 + i) / 1e6);
const CONTROLLERS = 'controllers (at most 10)';
const WATCHES = 'kinds that are watched (at most 25)';
const PAIRS = 'services called from this node × clusters that served them';
const TRAFFIC = ['namespace', 'service', 'source_cluster', 'destination_cluster'] as const;
const PEER = ['cluster', 'gateway', 'family'] as const;
const PEERS = 'gateways of the other members, and the own member’s other ones × families';
const MAPS = 'tables (at most 40)';
const PROGRAMS = 'programs (at most 20)';

export const METRICS = {
  sealane_build_info: {
    type: 'gauge',
    help: 'Always 1; which build runs, and as what.',
    labels: ['process', 'version', 'node_version'],
    by: PROCESSES,
    series: '1',
  },
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'Processor time of this process, user and system, in seconds.',
    labels: [],
    by: PROCESSES,
    series: '1',
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory of this process.',
    labels: [],
    by: PROCESSES,
    series: '1',
  },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'When this process was started, in seconds since 1970.',
    labels: [],
    by: PROCESSES,
    series: '1',
  },
  sealane_event_loop_busy_seconds_total: {
    type: 'counter',
    help: 'How long the event loop has been at work rather than waiting.',
    labels: [],
    by: PROCESSES,
    series: '1',
  },
  sealane_event_loop_delay_seconds: {
    type: 'gauge',
    help: 'The longest that the event loop was held up since the last scrape, known to 20 ms.',
    labels: [],
    by: PROCESSES,
    series: '1',
  },
  sealane_scrape_faults_total: {
    type: 'counter',
    help: 'Times that something could not be read for a scrape; the rest of it was answered.',
    labels: [],
    by: PROCESSES,
    series: '1',
  },
  sealane_leading: {
    type: 'gauge',
    help: '1 while this process holds the Lease and works, 0 while it stands by.',
    labels: [],
    by: LEADERS,
    series: '1',
  },
  sealane_reconcile_duration_seconds: {
    type: 'histogram',
    help: 'How long one piece of work took.',
    labels: ['controller'],
    by: RECONCILERS,
    series: CONTROLLERS,
    buckets: DURATIONS,
  },
  sealane_reconcile_wait_seconds: {
    type: 'histogram',
    help: 'The lag: from a change seen to the work on it begun.',
    labels: ['controller'],
    by: RECONCILERS,
    series: CONTROLLERS,
    buckets: DURATIONS,
  },
  sealane_reconcile_errors_total: {
    type: 'counter',
    help: 'Pieces of work that failed and will be tried again.',
    labels: ['controller'],
    by: RECONCILERS,
    series: CONTROLLERS,
  },
  sealane_queue_depth: {
    type: 'gauge',
    help: 'Pieces of work that wait.',
    labels: ['controller'],
    by: RECONCILERS,
    series: CONTROLLERS,
  },
  sealane_watch_connected: {
    type: 'gauge',
    help: '1 while the API server is watched for this kind.',
    labels: ['server', 'resource'],
    by: RECONCILERS,
    series: WATCHES,
  },
  sealane_watch_breaks_total: {
    type: 'counter',
    help: 'Watches that broke off other than on schedule.',
    labels: ['server', 'resource'],
    by: RECONCILERS,
    series: WATCHES,
  },
  sealane_watched_objects: {
    type: 'gauge',
    help: 'Objects of this kind that are known.',
    labels: ['server', 'resource'],
    by: RECONCILERS,
    series: WATCHES,
  },
  sealane_agent_in_step: {
    type: 'gauge',
    help: '1 once everything was read, the tables are written and the programs attached.',
    labels: [],
    by: ['agent'],
    series: '1',
  },
  sealane_agent_apply_duration_seconds: {
    type: 'histogram',
    help: 'From a change of a service seen by this agent to the kernel having it.',
    labels: [],
    by: ['agent'],
    series: '1',
    buckets: DURATIONS,
  },
  sealane_agent_endpoint_lag_seconds: {
    type: 'histogram',
    help: 'From the change of a pod to the kernel having it, by the last-change-trigger-time of its EndpointSlice: known to the second.',
    labels: [],
    by: ['agent'],
    series: '1',
    buckets: [1, 2, 3, 5, 10, 30, 120],
  },
  sealane_agent_ports: {
    type: 'gauge',
    help: 'Address and port pairs of services that the tables serve.',
    labels: [],
    by: ['agent'],
    series: '1',
  },
  sealane_agent_backends: {
    type: 'gauge',
    help: 'Backends in the tables; one that serves several ports counts once for each.',
    labels: [],
    by: ['agent'],
    series: '1',
  },
  sealane_service_attempts_total: {
    type: 'counter',
    help: 'Calls of connect(), and first datagrams to a destination, that were given a backend.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
  },
  sealane_service_connections_established_total: {
    type: 'counter',
    help: 'TCP connections that were established.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
  },
  sealane_service_connections_failed_total: {
    type: 'counter',
    help: 'TCP connections that ended without having been established.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
  },
  sealane_service_connections_closed_total: {
    type: 'counter',
    help: 'TCP connections that ended after having been established; those open now are the difference.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
  },
  sealane_service_connect_duration_seconds: {
    type: 'histogram',
    help: 'How long TCP connections took to be established: the handshake’s round trip, or since connect() where a SYN was lost.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
    buckets: CONNECTS,
  },
  sealane_service_sent_bytes_total: {
    type: 'counter',
    help: 'Bytes that callers sent and the other side acknowledged, of connections that have ended.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
  },
  sealane_service_received_bytes_total: {
    type: 'counter',
    help: 'Bytes that callers received, of connections that have ended.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
  },
  sealane_service_udp_moves_total: {
    type: 'counter',
    help: 'UDP sockets that left a backend for another because it did not answer, by whose it was.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
  },
  sealane_service_ejections_total: {
    type: 'counter',
    help: 'Ejections of a backend that failed too often, those seen since the agent’s first scrape.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
  },
  sealane_service_ejected_backends: {
    type: 'gauge',
    help: 'Backends that this node has ejected now; from another cluster these are its gateways.',
    labels: TRAFFIC,
    by: ['agent'],
    series: PAIRS,
  },
  sealane_connections_ended_total: {
    type: 'counter',
    help: 'Connections from this node that were ended for their callers’ sake: their cluster is down, their backend ejected under `onEject: Reset` or deleted (UDP), or their drain’s time is over.',
    labels: ['reason', 'protocol'],
    by: ['agent'],
    series: '4 reasons × 2 protocols',
  },
  sealane_connections_not_ended_total: {
    type: 'counter',
    help: 'Tries to end such a connection that failed: its network namespace is hidden from the agent, or the kernel cannot end sockets.',
    labels: [],
    by: ['agent'],
    series: '1',
  },
  sealane_gateway_snat_ports: {
    type: 'gauge',
    help: 'Source ports that a gateway has towards each port of a pod. With fewer than a tenth left, some callers are refused (NatPorts).',
    labels: [],
    by: ['agent'],
    series: '1',
  },
  sealane_gateway_snat_ports_used: {
    type: 'gauge',
    help: 'Source ports in use towards the pod of an exported port that has the most; each scrape reads every flow of the gateway.',
    labels: ['namespace', 'service', 'port', 'protocol'],
    by: ['agent'],
    series: 'exported ports',
  },
  sealane_refusals_total: {
    type: 'counter',
    help: 'Calls refused and packets dropped on this node, by the reasons of docs/refusals.md.',
    labels: ['reason'],
    by: ['agent'],
    series: 'reasons (at most 63)',
  },
  sealane_map_entries: {
    type: 'gauge',
    help: 'Entries in use of a kernel table, in a table of flows those whose flows are not over; left out where nobody can count them cheaply.',
    labels: ['map'],
    by: ['agent'],
    series: MAPS,
  },
  sealane_map_max_entries: {
    type: 'gauge',
    help: 'Entries that a kernel table has room for.',
    labels: ['map'],
    by: ['agent'],
    series: MAPS,
  },
  sealane_map_memory_bytes: {
    type: 'gauge',
    help: 'Memory that the kernel has put aside for a table.',
    labels: ['map'],
    by: ['agent'],
    series: MAPS,
  },
  sealane_program_runs_total: {
    type: 'counter',
    help: 'Runs of a program; counted while `sealane bpf stats on`.',
    labels: ['program'],
    by: ['agent'],
    series: PROGRAMS,
  },
  sealane_program_run_seconds_total: {
    type: 'counter',
    help: 'Time that a program ran; counted while `sealane bpf stats on`.',
    labels: ['program'],
    by: ['agent'],
    series: PROGRAMS,
  },
  sealane_dns_answers_total: {
    type: 'counter',
    help: 'Questions answered, by type asked, code answered, and whether the answer is our own or came from the cluster’s own DNS.',
    labels: ['type', 'rcode', 'source'],
    by: ['resolver'],
    series: '9 types × 7 codes × 2',
  },
  sealane_dns_forward_duration_seconds: {
    type: 'histogram',
    help: 'How long the cluster’s own DNS took to answer. Our own answers take microseconds and are not timed.',
    labels: [],
    by: ['resolver'],
    series: '1',
    buckets: NETWORK,
  },
  sealane_dns_unreadable_total: {
    type: 'counter',
    help: 'Messages that were no question, or none that can be read.',
    labels: [],
    by: ['resolver'],
    series: '1',
  },
  sealane_probes_total: {
    type: 'counter',
    help: 'Probes sent to a gateway.',
    labels: PEER,
    by: ['prober'],
    series: PEERS,
  },
  sealane_probe_misses_total: {
    type: 'counter',
    help: 'Probes that were not answered in time, while the prober itself was on time.',
    labels: PEER,
    by: ['prober'],
    series: PEERS,
  },
  sealane_probe_rtt_seconds: {
    type: 'gauge',
    help: 'How long a gateway takes to answer a probe, smoothed.',
    labels: PEER,
    by: ['prober'],
    series: PEERS,
  },
  sealane_peer_gateway_up: {
    type: 'gauge',
    help: '1 while a gateway answers probes, 0 while it is down as seen from here; left out while that is not known.',
    labels: PEER,
    by: ['prober'],
    series: PEERS,
  },
  sealane_prober_suspects_itself: {
    type: 'gauge',
    help: '1 while no other member answers: the own link is suspected, and nothing is changed.',
    labels: [],
    by: ['prober'],
    series: '1',
  },
  sealane_prober_stalls_total: {
    type: 'counter',
    help: 'Times that the prober itself was too late to tell what was missed.',
    labels: [],
    by: ['prober'],
    series: '1',
  },
  sealane_member_records: {
    type: 'gauge',
    help: 'Records of this member: what it exports, or exported and has withdrawn.',
    labels: [],
    by: ['member'],
    series: '1',
  },
  sealane_member_imports: {
    type: 'gauge',
    help: 'Services of the whole set that are imported here.',
    labels: [],
    by: ['member'],
    series: '1',
  },
  sealane_hub_members: {
    type: 'gauge',
    help: 'Members that the hub knows and that were not removed.',
    labels: [],
    by: ['hub'],
    series: '1',
  },
  sealane_hub_member_epoch: {
    type: 'gauge',
    help: 'The epoch that a member last published; it grows while the member is alive and changes something.',
    labels: ['cluster'],
    by: ['hub'],
    series: 'members',
  },
  sealane_hub_member_records: {
    type: 'gauge',
    help: 'Records that the hub holds of a member.',
    labels: ['cluster'],
    by: ['hub'],
    series: 'members',
  },
} as const satisfies Readonly<Record<string, Declared>>;

export type MetricName = keyof typeof METRICS;
type OfType<T extends Declared['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];
export type CounterName = OfType<'counter'>;
export type GaugeName = OfType<'gauge'>;
export type HistogramName = OfType<'histogram'>;
export type Labels<N extends MetricName> = Readonly<Record<(typeof METRICS)[N]['labels'][number], string>>;

export function declaredOf(name: MetricName): Declared {
  return METRICS[name];
}
