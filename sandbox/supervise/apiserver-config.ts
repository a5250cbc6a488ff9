/** What `sealane-sandbox apiserver --config FILE` reads. */
export interface ApiServerConfig {
  /** `hub`, or the cluster's name. */
  readonly name: string;
  /** Which kinds are installed before it serves: a hub has the propagation's too. */
  readonly role: 'hub' | 'member';
  readonly address: string;
  readonly port: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Whom client certificates must be signed by. */
  readonly clientAuthorityFile: string;
  /** Signs tokens of ServiceAccounts. */
  readonly tokenKeyFile: string;
  /** On a hub: who has rights there. */
  readonly members?: readonly string[];
  /** SQLite file; made when it is not there. */
  readonly database: string;
  /** One of each family, the primary one first. */
  readonly serviceRanges: readonly string[];
  /** Logs and exec are forwarded there. */
  readonly kubeletSocket?: string;
}
