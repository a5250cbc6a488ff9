/** Every way from the caller to the pod that is measured, in the order of the tables. */
export const PATHS = [
  'pod',
  'vip',
  'conntrack',
  'dnat',
  'lane',
  'vip-lane',
  'haproxy',
  'haproxy-2',
  'haproxy-tls',
  'nginx',
] as const;
export type PathName = (typeof PATHS)[number];

export const PATH_TITLES: Readonly<Record<PathName, string>> = {
  pod: 'pod address, plain routing (the limit)',
  vip: 'sealane: VIP to pod address',
  conntrack: 'plain routing with conntrack',
  dnat: 'nftables DNAT and masquerade',
  lane: 'sealane: plain lane',
  'vip-lane': 'sealane: VIP and plain lane',
  haproxy: 'HAProxy, one hop',
  'haproxy-2': 'HAProxy, two hops',
  'haproxy-tls': 'HAProxy, two hops, TLS between',
  nginx: 'nginx stream, one hop',
};
