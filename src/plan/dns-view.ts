import type { ImportType, ServiceName } from './model.ts';

export interface DnsImport extends ServiceName {
  readonly type: ImportType;
  /** Of the ServiceImport; empty for Headless. */
  readonly ips: readonly string[];
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

/** Everything the resolver answers by itself; plain data, written to a file as JSON. Names are lower case without the last dot. */
export interface DnsSnapshot {
  readonly version: 1;
  /** Answered with authority: a name below it that is not here does not exist. */
  readonly zone: string;
  /** Changes when the content changes; the SOA's serial. */
  readonly serial: number;
  readonly records: Readonly<Record<string, readonly string[]>>;
  /** Names that exist only because something below them does (RFC 8020): NODATA. */
  readonly emptyNames: readonly string[];
  /** Names outside the zone that resolve here instead of upstream. */
  readonly overrides: Readonly<Record<string, readonly string[]>>;
}

export function dnsView(input: DnsInput): DnsSnapshot {
  throw new Error(`not written: ${input.imports.length}`);
}
