/** What `runKubelet` reads: one process plays kubelet for all nodes of one cluster. */

export interface KubeletConfig {
  /** Prefix of everything made on the machine: pod namespaces are `<sandbox>-pod-<8 hex of uid>`. */
  readonly sandbox: string;
  readonly cluster: string;
  /** File; the user in it may do everything in the cluster. */
  readonly kubeconfig: string;
  /** Folder of this cluster's kubelet alone; survives its restarts. `bin/` and `pods/<uid>/` are made below it. */
  readonly stateDir: string;
  /** Unix socket that serves `/api/v1/namespaces/NS/pods/NAME/log|exec`; the API server forwards to it. */
  readonly socket: string;
  /** Name servers written to every pod's resolv.conf. */
  readonly clusterDns: readonly string[];
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
  readonly nodes: readonly NodeConfig[];
  /**
   * Command line that runs the stand-in programs of `#sandbox/images` (their arguments are appended).
   * Default: this very bundle with the argument `pod-tool`.
   */
  readonly podTool?: readonly string[];
}

export interface NodeConfig {
  readonly name: string;
  /** Name of the node's network namespace (`ip netns`). It exists, with the bridge in it. */
  readonly namespace: string;
  /** Absolute path of the cgroup v2 folder below which pods get theirs; it exists or can be made. */
  readonly cgroup: string;
  /** One of each family, such as `10.244.1.0/24`; the first address of each is the bridge's. */
  readonly podRanges: readonly string[];
  /** Name of the bridge in the node's namespace, such as `pods0`. */
  readonly bridge: string;
  /** The node's InternalIPs, one of each family. */
  readonly lanAddresses: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}
