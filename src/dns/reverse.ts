/** Names of addresses: PTR (RFC 1035 3.5, RFC 3596 2.5). */
import { familyOf, ip } from '#kit/index.ts';
import type { DnsSnapshot } from '#plan/index.ts';

/** `service.namespace.svc.zone`, and no host of a headless service. */
const SERVICE = /^[^.]+\.[^.]+\.svc\./;

/**
 * The service of each VIP, by the VIP's name below `arpa`. Addresses of pods are left to the cluster's own DNS, which may know them by
 * another name.
 */
export function reverseNames({ records, services }: DnsSnapshot): ReadonlyMap<string, string> {
  const vips = Object.keys(records).filter((name) => SERVICE.test(name) && !services[name]?.targets);
  return new Map(vips.flatMap((name) => (records[name] ?? []).map((address) => [reverseName(address), name] as const)));
}

export function reverseName(address: string): string {
  const value = ip(address);
  if (familyOf(value) === 'IPv4') return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  const nibbles = value.toString(16).padStart(32, '0');
  return `${nibbles.split('').toReversed().join('.')}.ip6.arpa`;
}
