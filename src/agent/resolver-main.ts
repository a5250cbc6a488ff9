/** `sealane resolver`: the node's DNS in a process of its own. */
import { type ResolverOptions, startResolver } from '#dns/index.ts';
import { type ProcessIdentity, signalProcess } from '#host/index.ts';
import { openPinnedMap } from '#kernel/index.ts';
import { familyOf, ip } from '#kit/index.ts';
import type { Metrics } from '#observe/index.ts';
import { RESOLVER_SLOTS } from './duties/resolver.ts';
import { countAnswers, countUnreadable } from './metrics/resolver-metrics.ts';

export interface ResolverMainOptions extends Omit<ResolverOptions, 'onAnswer'> {
  /** The agent's pins; the sockets go into `alive` there. */
  readonly pinDir: string;
  readonly metrics: Metrics;
  /** Ended once this one answers in its place. */
  readonly replaces: ProcessIdentity | undefined;
}

/** Serves until the process ends. @throws `dns/listen`, `kernel/pinned-map` */
export async function runResolver({ pinDir, metrics, replaces, ...options }: ResolverMainOptions): Promise<void> {
  const alive = openPinnedMap(`${pinDir}/maps/alive`, 'write');
  const resolver = await startResolver({ ...options, onAnswer: countAnswers(metrics) });
  countUnreadable(metrics, () => resolver.counts());
  for (const { address, udpFd } of resolver.sockets) alive.putSocket(RESOLVER_SLOTS[familyOf(ip(address))], udpFd);
  if (replaces) signalProcess(replaces, 'SIGTERM');
}
