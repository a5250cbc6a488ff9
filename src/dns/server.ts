import type { Clock, Log } from '#kit/index.ts';

export interface ResolverOptions {
  /** IPv4 address and port for both UDP and TCP; port 0 takes a free one. */
  readonly listen: { readonly address: string; readonly port: number };
  /** `address` or `address:port`, asked in order; the one that answered last is asked first. */
  readonly upstreams: readonly string[];
  /** JSON of a DnsSnapshot, replaced by rename; may be absent at first. */
  readonly snapshotPath: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once with the bound UDP socket's file descriptor, before the first answer. */
  readonly onSocket?: (udpFd: number) => void;
  /** How long one upstream may take, default 1000 ms. */
  readonly upstreamTimeoutMs?: number;
  /** Forwarded questions in flight at most, default 1024; more are answered SERVFAIL. */
  readonly maxInFlight?: number;
}

export interface Resolver {
  /** From the socket's libuv handle (`socket._handle.fd`): Node has no public way. For the SOCKMAP; never close it. */
  readonly udpFd: number;
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** @throws `dns/listen` when the address is taken or not ours */
export async function startResolver(options: ResolverOptions): Promise<Resolver> {
  throw new Error(`not written: ${options.listen.address}`);
}
