import { MEMBER_CLUSTERS, type MemberCluster } from '#api/index.ts';
import { type DrainProgress, drainProgress } from '#explain/index.ts';
import { type Clock, isFault, sleep } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';

const LOOK_MS = 1_000;

export interface FollowOptions {
  readonly clock: Clock;
  /** Milliseconds since 1970; absent: for as long as it takes. */
  readonly until?: number;
}

/**
 * How far a drain is, once a second, until nothing is left of it, somebody takes it back, or time is up: the last one says which.
 * A hub that is away is waited for.
 *
 * @throws `kube/...` when the hub is away at the end
 */
export async function* followDrain(
  client: Client,
  cluster: string,
  { clock, until = Infinity }: FollowOptions,
): AsyncGenerator<DrainProgress> {
  for (;;) {
    const isLast = clock.now() >= until;
    const progress = await look(client, cluster).catch((error: unknown) => {
      if (isLast || !isFault(error, 'kube/unreachable')) throw error;
    });
    if (progress) yield progress;
    if (isLast || progress?.phase === 'Drained' || progress?.phase === 'NotDraining') return;
    await sleep(clock, Math.max(1, Math.min(LOOK_MS, until - clock.now())));
  }
}

async function look(client: Client, cluster: string): Promise<DrainProgress> {
  return drainProgress(await client.list<MemberCluster>(MEMBER_CLUSTERS), cluster);
}
