/** Every name that two processes must agree on: groups, namespaces, labels, annotations, defaults. */

export const SEALANE_GROUP = 'sealane.dev';
export const MCS_GROUP = 'multicluster.x-k8s.io';

/** Namespace of sealane's own objects in a member. */
export const SYSTEM_NAMESPACE = 'sealane-system';
/** ConfigMap (and pages `-00` …) in `sealane-system` that keeps what a member has given out; the member is its only writer. */
export const RECORDS_NAME = 'sealane-records';
export const RECORDS_KEYS = {
  vips: 'vips.json',
  lanePorts: 'lane-ports.json',
  peers: 'peers.json',
  epoch: 'epoch.json',
} as const;

/** Namespace on the hub where a member publishes. */
export function hubNamespace(member: string): string {
  return `sealane-${member}`;
}

/** Inverse of {@link hubNamespace}; undefined when it is no member's namespace. */
export function memberOfHubNamespace(namespace: string): string | undefined {
  return namespace.startsWith('sealane-') && namespace !== SYSTEM_NAMESPACE ? namespace.slice(8) : undefined;
}

/** Name of a ClusterExport on the hub. A namespace has no dot, so the first dot divides. */
export function hubRecordName(namespace: string, service: string): string {
  return `${namespace}.${service}`;
}

/** Inverse of {@link hubRecordName}; undefined when the text has no dot. */
export function serviceOfHubRecord(name: string): { namespace: string; name: string } | undefined {
  const at = name.indexOf('.');
  return at > 0 ? { namespace: name.slice(0, at), name: name.slice(at + 1) } : undefined;
}

/** Lease of an agent, in `sealane-system`. */
export function agentLeaseName(node: string): string {
  return `agent-${node}`;
}

export const LABEL_SERVICE_NAME = 'multicluster.kubernetes.io/service-name';
export const LABEL_SOURCE_CLUSTER = 'multicluster.kubernetes.io/source-cluster';
export const LABEL_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MANAGED_BY_MEMBER = 'member.sealane.dev';
/** Kubernetes' own label of a Service's slices; never on imported ones. */
export const LABEL_LOCAL_SERVICE = 'kubernetes.io/service-name';

/** Kubernetes' own label of a headless Service's slices; on imported ones too. */
export const LABEL_HEADLESS = 'service.kubernetes.io/headless';

/** On a Service (and its slices) that stands for an import to pods that no hook sees: the name of the import. */
export const LABEL_DERIVED = 'sealane.dev/derived';

/** On a ServiceImport: made by us, and ours to delete. */
export const LABEL_IMPORTED = 'sealane.dev/imported';
export const LABEL_AGENT = 'sealane.dev/agent';
/** On the Lease of an agent that is a gateway. */
export const LABEL_GATEWAY = 'sealane.dev/gateway';
/** On a MemberCluster that the hub made of another tool's cluster: which tool; region and zone follow that cluster. */
export const LABEL_FROM = 'sealane.dev/from';
export const LABEL_MIRROR = 'sealane.dev/mirror';
/** On a hub namespace: the member that publishes there. */
export const LABEL_MEMBER = 'sealane.dev/member';
export const LABEL_SKIP_PROPAGATION = 'namespace.karmada.io/skip-auto-propagation';
export const LABEL_KARMADA_MANAGED = 'karmada.io/managed';

/** On a Service's slices, by its cluster: when the change happened that they were last written for. */
export const ANNOTATION_TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
/** On imported slices: `http=2/3,dns=1/1`, ready/total per merged port name. */
export const ANNOTATION_ENDPOINTS = 'sealane.dev/endpoints';
/**
 * On imported slices of headless services: JSON `{"<address>": {"pod": "<address at home>", "lanes": {"<port name>": <lane port>}}}`;
 * absent at home, where callers need no lane.
 */
export const ANNOTATION_LANES = 'sealane.dev/lanes';
/** On imported slices: JSON of a ServiceImport's spec, where the object of that name is another tool's and does not say it. */
export const ANNOTATION_IMPORT = 'sealane.dev/import';
/** On an agent's Lease: JSON `{name, address, addresses, device, probePort}` when it has the gateway role. */
export const ANNOTATION_GATEWAY = 'sealane.dev/gateway';
/** On an agent's Lease: JSON `{"<namespace>/<policy>": <generation applied>}`. */
export const ANNOTATION_APPLIED = 'sealane.dev/applied';
/** On an agent's Lease: JSON `{"<kernel table>": <share in use>}`, those more than 80 % full; absent: none is. */
export const ANNOTATION_FULL_TABLES = 'sealane.dev/full-tables';
/** On a gateway's Lease: JSON of what it found out about other members' gateways, `{"<member>": {"<address>": "up"}}`. */
export const ANNOTATION_VERDICTS = 'sealane.dev/verdicts';
/**
 * On an agent's Lease: JSON `{"<member being drained>": {"generation": <of its mirror, that the tables are in step with>,
 * "connections": <open to it from this node>, "services": {"<namespace>/<name>": <open>}}}`; of the services the 20 that have most.
 */
export const ANNOTATION_DRAINS = 'sealane.dev/drains';
/** On an agent's Lease: its version of sealane. */
export const ANNOTATION_VERSION = 'sealane.dev/version';
/** On a ServiceExport: comma-separated member names that may import; absent means all. */
export const ANNOTATION_EXPORT_TO = 'sealane.dev/export-to';

/** On a Karmada Cluster: with {@link EVICT_AT_ONCE} what leaves it is not held until it is drained. */
export const ANNOTATION_EVICTION = 'sealane.dev/eviction';
export const EVICT_AT_ONCE = 'Immediate';
/** On a MemberCluster that the hub drains because Karmada evicts it: how far that is. Without it the drain is somebody else's. */
export const ANNOTATION_EVACUATION = 'sealane.dev/evacuation';

export const FIELD_MANAGER = { member: 'sealane-member', agent: 'sealane-agent', hub: 'sealane-hub' } as const;

export const MEMBER_LEASE = 'sealane-member';
export const HUB_LEASE = 'sealane-hub';

/** Addresses given to services and peers inside a member; the first /24 is for peers. */
export const DEFAULT_VIP_RANGE = '240.10.0.0/16';
/**
 * Addresses that stand for single pods in other members, where pod ranges overlap: the same for the whole set, a part for each member
 * by its index.
 */
export const SUBSTITUTE_RANGES = { IPv4: '241.0.0.0/8', IPv6: 'fd5e:a1a9:e000::/48' } as const;
/** Most endpoints of one headless service that are exported. */
export const MAX_HEADLESS_ENDPOINTS = 100;
/** Of a member; each is probed by each gateway of every other member. */
export const MAX_GATEWAYS = 100;
/** UDP: where gateways answer one another's probes. */
export const DEFAULT_PROBE_PORT = 9959;
/** Ports of a member's gateways that lead to exported services, inclusive. */
export const DEFAULT_LANE_PORTS = { first: 10_000, last: 14_999 } as const;
/** Ports a gateway takes for translated sources, inclusive. */
export const DEFAULT_SNAT_PORTS = { first: 15_000, last: 29_999 } as const;
/** Where Kubernetes puts NodePorts unless told otherwise, inclusive. */
export const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

export const AGENT_LEASE_RENEW_MS = 5_000;
/** An agent whose Lease did not change for this long is not counted, nor is its gateway published. */
export const AGENT_LEASE_EXPIRY_MS = 40_000;

/** `namespace/name` of a service: two DNS labels. */
export const SERVICE_KEY = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?[/][a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Zone of the clusterset's names. */
export const CLUSTERSET_ZONE = 'clusterset.local';
/** A member is one DNS label of at most this many characters, so that `sealane-<member>` stays one too. */
export const MEMBER_NAME_MAX = 48;
