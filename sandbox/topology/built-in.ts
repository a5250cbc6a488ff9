/** Topologies that come with the sandbox, as the files a user would write. */

const DEFAULT = `# Three islands that all use the same addresses, and a hub. No address of a pod means anything outside its island.
transport: Plain
nodes: 2
podRange: 10.244.0.0/16
serviceRange: 10.96.0.0/16
clusters:
  - name: cluster-1
  - name: cluster-2
  - name: cluster-3
`;

const DISJOINT = `# Three islands with pod ranges of their own, which no route joins. Headless services need this.
transport: Plain
nodes: 2
serviceRange: 10.96.0.0/16
clusters:
  - name: cluster-1
    podRange: 10.244.0.0/16
  - name: cluster-2
    podRange: 10.245.0.0/16
  - name: cluster-3
    podRange: 10.246.0.0/16
`;

const DUAL_STACK = `# Three islands whose pods, services and nodes have addresses of both families, the same in each of them.
transport: Plain
nodes: 2
families: [IPv4, IPv6]
podRange: [10.244.0.0/16, "fd00:10:244::/56"]
serviceRange: [10.96.0.0/16, "fd00:10:96::/112"]
clusters:
  - name: cluster-1
  - name: cluster-2
  - name: cluster-3
`;

const IPV6_ONLY = `# Three islands without any IPv4, the API servers and the hub included.
transport: Plain
nodes: 2
families: [IPv6]
podRange: fd00:10:244::/56
serviceRange: fd00:10:96::/112
clusters:
  - name: cluster-1
  - name: cluster-2
  - name: cluster-3
`;

const FAILOVER = `# The default, with Karmada's failover: a cluster with a NoExecute taint, or that is not ready, is evicted.
failover: true
transport: Plain
nodes: 2
podRange: 10.244.0.0/16
serviceRange: 10.96.0.0/16
clusters:
  - name: cluster-1
  - name: cluster-2
  - name: cluster-3
`;

/** By the name that `up --topology NAME` takes. */
export const BUILT_IN: Readonly<Record<string, string>> = {
  default: DEFAULT,
  disjoint: DISJOINT,
  'dual-stack': DUAL_STACK,
  'ipv6-only': IPV6_ONLY,
  failover: FAILOVER,
};
