/** The cluster's DNS address as one more service: the node's resolver first, the cluster's own DNS behind it. */
import { type Address, ip, parseEndpoint } from '#kit/index.ts';
import { BackendFlag } from '#kernel/index.ts';
import type { DesiredBackend, DesiredService } from '../apply/desired.ts';
import { RESOLVER_SLOT } from './resolver.ts';

export interface DnsServiceOptions {
  readonly cluster: string;
  readonly clusterDns: string;
  /** `address:port` or `[address]:port` of the resolver on this node. */
  readonly resolver: string;
  /** An address, with a port or without; the cluster's DNS address itself means: leave it to whoever serves it. */
  readonly upstreams: readonly string[];
}

const DNS_PORT = 53;

export function dnsServices(options: DnsServiceOptions): DesiredService[] {
  return (['UDP', 'TCP'] as const).map((protocol) => ({
    address: ip(options.clusterDns),
    port: DNS_PORT,
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
  return { cluster, address, port, flags: address === ip(clusterDns) ? BackendFlag.Pass : 0 };
}

function endpoint(text: string): { address: Address; port: number } {
  return parseEndpoint(text, DNS_PORT) ?? { address: ip(text), port: DNS_PORT };
}
