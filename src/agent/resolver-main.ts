/** `sealane resolver`: the node's DNS in a process of its own. */
import { type ResolverOptions, startResolver } from '#dns/index.ts';
import { openPinnedMap } from '#kernel/index.ts';
import { familyOf, ip } from '#kit/index.ts';
import { RESOLVER_SLOTS } from './duties/resolver.ts';

export interface ResolverMainOptions extends ResolverOptions {
  /** The agent's pins; the sockets go into `alive` there. */
  readonly pinDir: string;
}

/** Serves until the process ends. @throws `dns/listen`, `kernel/pinned-map` */
export async function runResolver({ pinDir, ...options }: ResolverMainOptions): Promise<void> {
  const alive = openPinnedMap(`${pinDir}/maps/alive`, 'write');
  const { sockets } = await startResolver(options);
  for (const { address, udpFd } of sockets) alive.putSocket(RESOLVER_SLOTS[familyOf(ip(address))], udpFd);
}
