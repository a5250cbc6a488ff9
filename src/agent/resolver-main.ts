/** `sealane resolver`: the node's DNS in a process of its own. */
import { type ResolverOptions, startResolver } from '#dns/index.ts';
import { openPinnedMap } from '#kernel/index.ts';
import { RESOLVER_SLOT } from './duties/resolver.ts';

export interface ResolverMainOptions extends Omit<ResolverOptions, 'onSocket'> {
  /** The agent's pins; the socket goes into `alive` there. */
  readonly pinDir: string;
}

/** Serves until the process ends. @throws `dns/listen`, `kernel/pinned-map` */
export async function runResolver({ pinDir, ...options }: ResolverMainOptions): Promise<void> {
  const alive = openPinnedMap(`${pinDir}/maps/alive`, 'write');
  await startResolver({ ...options, onSocket: (udpFd) => alive.putSocket(RESOLVER_SLOT, udpFd) });
  options.log.info({ listen: options.listen, upstreams: options.upstreams }, 'resolver answers');
}
