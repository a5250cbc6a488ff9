/** What the resolver's view is made from, and what it is. */
import type { ImportType, Protocol, ServiceName } from './model.ts';

export interface DnsPort {
  /** Absent or empty: the port has no `_port._proto` name. */
  readonly name?: string;
  /** Default TCP. */
  readonly protocol?: Protocol;
  /** Of the service, never of a lane. */
  readonly port: number;
}

/** A ready endpoint of a headless service. */
export interface DnsEndpoint {
  readonly cluster: string;
  /** The endpoint's own; without one the name is the pod's address with dashes. */
  readonly hostname?: string;
  /** What callers in this cluster connect to. */
  readonly addresses: readonly string[];
  /** Its cluster is drained of the service: while others are there, only its own names lead to it. */
  readonly leaving?: boolean;
  /** The address the pod has at home, when a substitute stands in `addresses`. */
  readonly podAddress?: string;
}

export interface DnsImport extends ServiceName {
  readonly type: ImportType;
  /** Of the ServiceImport; empty for Headless. */
  readonly ips: readonly string[];
  readonly ports?: readonly DnsPort[];
  /** Of a Headless import; none: the name does not exist. */
  readonly endpoints?: readonly DnsEndpoint[];
}

export interface DnsInput {
  readonly imports: readonly DnsImport[];
  /** Services whose policy applies to `Service`. */
  readonly ordinaryNames?: readonly ServiceName[];
  /** Services that exist in this cluster: their ordinary name stays theirs. */
  readonly localServices?: readonly ServiceName[];
  /** Default `clusterset.local`. */
  readonly zone?: string;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
}

/** What SRV says of a service, on its bare name and on `_port._proto.<name>`; those names exist without being listed. */
export interface DnsService {
  readonly ports: readonly DnsPort[];
  /** Hosts of a headless service, always there for one; absent: the service's own name. */
  readonly targets?: readonly string[];
}

/** Everything the resolver answers by itself; plain data, written to a file as JSON. Names are lower case without the last dot. */
export interface DnsSnapshot {
  readonly version: 1;
  /** Answered with authority: a name below it that is not here does not exist. */
  readonly zone: string;
  /** A hash of the content, the SOA's serial; compare for equality only. */
  readonly serial: number;
  /** Addresses by name. None: the name exists only because something below it does (RFC 8020), or has other records. */
  readonly records: Readonly<Record<string, readonly string[]>>;
  /** Names outside the zone that resolve here instead of upstream. */
  readonly overrides: Readonly<Record<string, readonly string[]>>;
  /** By a name in `records` or `overrides`. */
  readonly services: Readonly<Record<string, DnsService>>;
  /** TXT by a name in `records`. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
}
