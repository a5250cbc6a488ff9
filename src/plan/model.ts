/** The words of `plan`. Plain data, no methods; nothing here knows Kubernetes objects or the kernel. */

export type Protocol = 'TCP' | 'UDP' | 'SCTP';
export type Family = 'IPv4' | 'IPv6';
export type LbType = 'Locality' | 'FailOver' | 'ActiveActive';
export type ImportType = 'ClusterSetIP' | 'Headless';

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** A port as one member exports it. `name` may be empty: "" is a name. */
export interface ExportedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly appProtocol?: string;
  readonly port: number;
  /** Port on the exporting member's gateways that leads to this port; absent when no lane carries it (SCTP). */
  readonly lanePort?: number;
  /** Endpoints that are ready and not terminating. */
  readonly ready: number;
  readonly total: number;
}

/** What one member says of one service that it exports: the content of its ClusterExport. */
export interface ExportRecord extends ServiceName {
  readonly cluster: string;
  readonly type: ImportType;
  readonly ipFamilies: readonly Family[];
  readonly sessionAffinity?: 'None' | 'ClientIP';
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
  readonly internalTrafficPolicy?: 'Cluster' | 'Local';
  readonly trafficDistribution?: string;
  readonly exportedLabels?: Readonly<Record<string, string>>;
  readonly exportedAnnotations?: Readonly<Record<string, string>>;
  /** The hub's time of first publication, RFC 3339; orders conflicts. Absent until the hub has answered once. */
  readonly exportedAt?: string;
  /** Who may import; absent: every member. */
  readonly targetClusters?: readonly string[];
  readonly ports: readonly ExportedPort[];
  /** Of a headless service: its pods. */
  readonly endpoints?: readonly ExportedEndpoint[];
}

/** A pod of a headless service by one of its addresses, as its member exports it. */
export interface ExportedEndpoint {
  /** What tells it from the others: its hostname, or else its address. */
  readonly name: string;
  readonly hostname?: string;
  readonly podAddress: string;
  /** What stands for it elsewhere; absent: the pod's own address does. */
  readonly substituteAddress?: string;
  readonly ready: boolean;
  readonly ports: readonly EndpointPort[];
}

export interface EndpointPort {
  /** Name of the service port. */
  readonly name: string;
  /** Of the pod. */
  readonly port: number;
  readonly lanePort?: number;
}

export interface MergedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly appProtocol?: string;
  readonly port: number;
}

export type ConflictReason =
  | 'PortConflict'
  | 'TypeConflict'
  | 'SessionAffinityConflict'
  | 'SessionAffinityConfigConflict'
  | 'InternalTrafficPolicyConflict'
  | 'TrafficDistributionConflict'
  | 'IPFamilyConflict'
  | 'LabelsConflict'
  | 'AnnotationsConflict';

export interface Conflict {
  readonly reason: ConflictReason;
  readonly field: string;
  readonly winner: string;
  readonly losers: readonly string[];
  /** Names winner, loser and field in a sentence. */
  readonly message: string;
}

/** What one exporter contributes to an import: the merged ports that it really serves. */
export interface Serving {
  readonly cluster: string;
  readonly ipFamilies: readonly Family[];
  readonly ports: readonly ExportedPort[];
  /** Of an exporter whose service is headless; its ports under the merged names. */
  readonly endpoints: readonly ServedEndpoint[];
}

export interface ServedEndpoint extends Omit<ExportedEndpoint, 'ports'> {
  readonly ports: readonly (EndpointPort & Pick<MergedPort, 'protocol' | 'appProtocol'>)[];
}

/** The one merged view of a service that every member computes alike. */
export interface MergedImport extends ServiceName {
  readonly type: ImportType;
  readonly ipFamilies: readonly Family[];
  readonly sessionAffinity: 'None' | 'ClientIP';
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
  readonly internalTrafficPolicy?: 'Cluster' | 'Local';
  readonly trafficDistribution?: string;
  readonly exportedLabels: Readonly<Record<string, string>>;
  readonly exportedAnnotations: Readonly<Record<string, string>>;
  readonly ports: readonly MergedPort[];
  /** Names of all exporters, sorted. */
  readonly clusters: readonly string[];
  readonly serving: readonly Serving[];
  readonly conflicts: readonly Conflict[];
}

/** A member as this side sees it: from the MemberCluster mirror. */
export interface Member {
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  readonly group: string;
  /** All of it. */
  readonly drained: boolean;
  /** `namespace/name` of services that are, although it is not. */
  readonly drainedServices?: readonly string[];
  readonly removed: boolean;
  readonly transport: 'WireGuard' | 'MTLS' | 'Plain';
  readonly gateways: readonly Gateway[];
}

/** One address of a gateway: one that has two families stands here twice. */
export interface Gateway {
  readonly name: string;
  readonly address: string;
  readonly weight: number;
  /** UDP, where it answers probes; undefined: it does not say that it does. */
  readonly probePort?: number;
  /** It does not answer this side's probes. */
  readonly isDown?: true;
}

/** Who and where a member is. Parts that are not set (empty) read as `default`. */
export type Place = Pick<Member, 'name' | 'region' | 'zone' | 'group'>;

/** A member that exports one port, as this side sees it. */
export interface Exporter {
  readonly cluster: string;
  readonly region: string;
  readonly zone: string;
  readonly group: string;
  readonly ready: number;
  readonly total: number;
  /** Not drained, transport available, and (once health exists) its gateways answer this side's probes. */
  readonly eligible: boolean;
}

/** One line of a policy's `targets`: `region/zone/group/cluster`, any part `*`, or a bare member name. One key is one tier. */
export interface TargetKey {
  readonly clusterKey: string;
  /** Share of new connections inside its tier; 0 is none. */
  readonly weight: number;
}

export interface TrafficPolicy {
  /** Where it was written, for problems and precedence. */
  readonly origin: 'sealane.dev' | 'multicluster.flomesh.io' | 'flomesh.io';
  readonly lbType: LbType;
  readonly appliesTo: readonly ('ClusterSet' | 'Service')[];
  /** In order of preference. */
  readonly targets: readonly TargetKey[];
  readonly failover: { readonly minReadyPercent: number; readonly overflow: number };
  readonly fallback: 'Any' | 'None';
  readonly ejection: Ejection;
  /** After which connections to a cluster that is drained are ended; absent: at the deadline of the drain, if it has one. */
  readonly drainSeconds?: number;
}

/** When a backend that fails is left out for a while. */
export interface Ejection {
  /** Failures in a row. */
  readonly consecutiveFailures: number;
  /** The first time; grows with each that follows. */
  readonly baseSeconds: number;
  /** At most this share of a tier takes no connections. */
  readonly maxPercent: number;
  /** Established connections that wait for an answer get an error. */
  readonly resets: boolean;
}

/** Which name was called: the clusterset name or VIP, or the cluster's own Service name or ClusterIP. */
export type CalledAs = 'ClusterSet' | 'Service';

export interface Share {
  readonly cluster: string;
  readonly weight: number;
}

/** Clusters that share new connections by weight, until none of them can serve. */
export type Tier = readonly Share[];

/** Something asked for that cannot be had. Data, not an exception: the caller shows it in a condition. */
export interface Problem {
  /** Field path in the object that the user wrote, such as `spec.targets[1].clusterKey`. */
  readonly path: string;
  readonly reason: string;
  readonly message: string;
}

export interface PortRequest {
  /** Name of the calling member. */
  readonly self: string;
  readonly calledAs: CalledAs;
  /** Absent: the defaults of "no policy". */
  readonly policy?: TrafficPolicy;
  readonly internalTrafficPolicy?: 'Cluster' | 'Local';
  /** Every member that exports this very port, ready or not; own included when it exports it. */
  readonly exporters: readonly Exporter[];
  /**
   * Every member of the set that was not removed, self included: tells a cluster nobody knows from one that does not export, and
   * where self is. Absent: exporters are all that is known.
   */
  readonly members?: readonly Place[];
  /** Endpoints of the local Service that may serve when `calledAs` is `Service` although the own cluster does not export. */
  readonly localEndpoints?: { readonly ready: number; readonly total: number };
}

/** One port of one service, compiled: what `status.tiers` shows and what the kernel's tables are filled from. */
export interface CompiledPort {
  /** The policy's tiers as a person reads them: eligible and ready clusters only, weights as asked. */
  readonly resolved: readonly Tier[];
  /**
   * What the kernel walks: the first tier holds the shares of now (overflow spilled in, integer weights), the later ones stand
   * behind for what the kernel finds out by itself. No tier is empty. An empty list refuses the call.
   */
  readonly compiled: readonly Tier[];
  /** Own-cluster backends are only those on the caller's node (`internalTrafficPolicy: Local` without a policy above it). */
  readonly nodeLocal: boolean;
  readonly problems: readonly Problem[];
}
