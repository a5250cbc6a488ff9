/** The cluster's DNS addresses as services more: the node's resolver first, the cluster's own DNS behind it. */
import { type Address, type Family, familyOf, ip, parseEndpoint } from '#kit/index.ts';
import { BackendFlag } from '#kernel/index.ts';
import type { DesiredBackend, DesiredService } from '../apply/desired.ts';
import { RESOLVER_SLOTS } from './resolver.ts';

export interface DnsServiceOptions {
  readonly cluster: string;
  /** In pods' resolv.conf, at most one of a family. */
  readonly clusterDns: readonly string[];
  /** `address:port` or `[address]:port` at which the resolver on this node listens, one of a family. */
  readonly resolvers: readonly string[];
  /** An address, with a port or without; the cluster's DNS address itself means: leave it to whoever serves it. */
  readonly upstreams: readonly string[];
}

const DNS_PORT = 53;

export function dnsServices(options: DnsServiceOptions): DesiredService[] {
  return options.clusterDns.flatMap((address) =>
    (['UDP', 'TCP'] as const).map((protocol) => dnsService(options, ip(address), protocol)),
  );
}

/** What serves an address has its family. */
function dnsService(
  { cluster, resolvers, upstreams }: DnsServiceOptions,
  address: Address,
  protocol: 'UDP' | 'TCP',
): DesiredService {
  const family = familyOf(address);
  const behind = inFamily(upstreams, family).map((at) => ({
    flags: at.address === address ? BackendFlag.Pass : 0,
    ...at,
  }));
  const resolver = { flags: BackendFlag.NeedsSocket, slot: RESOLVER_SLOTS[family] };
  return {
    address,
    port: DNS_PORT,
    protocol,
    ownsAddress: false,
    tiers: [{ slots: ['resolver'] }, { slots: ['upstream'] }],
    groups: [
      { key: 'resolver', backends: inFamily(resolvers, family).map((at) => ({ cluster, ...resolver, ...at })) },
      { key: 'upstream', backends: behind.map((at): DesiredBackend => ({ cluster, ...at })) },
    ],
  };
}

function inFamily(all: readonly string[], family: Family): { address: Address; port: number }[] {
  const endpoints = all.map((text) => parseEndpoint(text, DNS_PORT) ?? { address: ip(text), port: DNS_PORT });
  return endpoints.filter(({ address }) => familyOf(address) === family);
}
