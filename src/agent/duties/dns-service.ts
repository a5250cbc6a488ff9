/** The cluster's DNS address as one more service: the node's resolver first, the cluster's own DNS behind it. */
import { ipv4 } from '#kit/index.ts';
import { BackendFlag } from '#kernel/index.ts';
import type { DesiredBackend, DesiredService } from '../apply/desired.ts';
import { RESOLVER_SLOT } from './resolver.ts';

export interface DnsServiceOptions {
  readonly cluster: string;
  readonly clusterDns: string;
  /** `address:port` of the resolver on this node. */
  readonly resolver: string;
  /** `address` or `address:port`; the cluster's DNS address itself means: leave it to whoever serves it. */
  readonly upstreams: readonly string[];
}

export function dnsServices(options: DnsServiceOptions): DesiredService[] {
  return (['UDP', 'TCP'] as const).map((protocol) => ({
    address: ipv4(options.clusterDns),
    port: 53,
    protocol,
    ownsAddress: false,
    tiers: [{ slots: ['resolver'] }, { slots: ['upstream'] }],
    groups: [
      { key: 'resolver', backends: [resolver(options)] },
      { key: 'upstream', backends: options.upstreams.map((upstream) => behind(options, upstream)) },
    ],
  }));
}

function resolver({ cluster, resolver: at }: DnsServiceOptions): DesiredBackend {
  return { cluster, ...endpoint(at), flags: BackendFlag.NeedsSocket, slot: RESOLVER_SLOT };
}

function behind({ cluster, clusterDns }: DnsServiceOptions, upstream: string): DesiredBackend {
  const { address, port } = endpoint(upstream);
  return { cluster, address, port, flags: address === ipv4(clusterDns) ? BackendFlag.Pass : 0 };
}

function endpoint(text: string): { address: number; port: number } {
  const [address = '', port = '53'] = text.split(':');
  return { address: ipv4(address), port: Number(port) };
}
