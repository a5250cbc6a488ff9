/**
 * The node's resolver. Its sockets sit in the `alive` SOCKMAP, so that the kernel itself notices when it dies: until the next one
 * listens, the cluster's own DNS answers.
 */
import type { Family } from '#kit/index.ts';
import { keepProcess, type KeptProcess } from './keep-process.ts';

/** Slots of the resolver's sockets in `alive`. */
export const RESOLVER_SLOTS: Readonly<Record<Family, number>> = { IPv4: 0, IPv6: 1 };

export interface ResolverProcessOptions extends Pick<KeptProcess, 'stateDir' | 'clock' | 'log'> {
  /** `address:port` or `[address]:port` */
  readonly listen: readonly string[];
  readonly upstreams: readonly string[];
  readonly snapshotPath: string;
  readonly pinDir: string;
  /** `address:port`, `[address]:port` or `none` */
  readonly metricsAddress: string;
}

/** Keeps a resolver running until the returned function is called; the resolver then goes on without us. */
export function keepResolver({ stateDir, clock, log, ...told }: ResolverProcessOptions): () => void {
  return keepProcess({ name: 'resolver', takesOver: true, stateDir, clock, log, args: argsOf(told) });
}

function argsOf({
  listen,
  upstreams,
  snapshotPath,
  pinDir,
  metricsAddress,
}: Omit<ResolverProcessOptions, keyof KeptProcess>) {
  return [
    'resolver',
    ...['--listen', listen.join(','), '--upstream-dns', upstreams.join(',')],
    ...['--snapshot', snapshotPath, '--pin-dir', pinDir, '--metrics-address', metricsAddress],
  ];
}
