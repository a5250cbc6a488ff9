/** Connections to the members, and whether each answers. */
import { every, type Clock, type Log, messageOf } from '#kit/index.ts';
import { type Client, createClient, readKubeconfig } from '#kube/index.ts';
import type { PropagationMember } from '../config.ts';

export interface Member {
  readonly config: PropagationMember;
  readonly client: Client;
  /** Undefined until it was asked. */
  reachable: boolean | undefined;
  version: string | undefined;
  /** Why it is not reachable. */
  reason: string;
  /** Milliseconds of the monotonic clock since when `reachable` is what it is. */
  since: number;
}

export type Members = ReadonlyMap<string, Member>;

const PROBE_EVERY_MS = 2_000;
const PROBE_TIMEOUT_MS = 2_000;

export function connectMembers(configs: readonly PropagationMember[], clock: Clock): Members {
  return new Map(
    configs.map((config): [string, Member] => [
      config.name,
      {
        config,
        client: createClient(readKubeconfig(config.kubeconfig), { clock }),
        reachable: undefined,
        version: undefined,
        reason: 'not asked yet',
        since: clock.monotonic(),
      },
    ]),
  );
}

/** @param onProbe called after each probe; told whether reachability changed @returns stop */
export function probeMembers(
  members: Members,
  { clock, log, onProbe }: { clock: Clock; log: Log; onProbe: (name: string, changed: boolean) => void },
): () => void {
  const stops = [...members].map(([name, member]) => {
    const look = async () => {
      const before = member.reachable;
      await probe(member);
      const changed = before !== member.reachable;
      if (changed) {
        member.since = clock.monotonic();
        log.info({ member: name, reachable: member.reachable, reason: member.reason }, 'member');
      }
      onProbe(name, changed);
    };
    void look();
    return every(clock, PROBE_EVERY_MS, look);
  });
  return () => stops.forEach((stop) => stop());
}

async function probe(member: Member): Promise<void> {
  try {
    const version = (await member.client.json({ path: '/version', timeoutMs: PROBE_TIMEOUT_MS })) as
      | { readonly gitVersion?: string }
      | undefined;
    Object.assign(member, { reachable: true, reason: '', version: version?.gitVersion });
  } catch (error) {
    Object.assign(member, { reachable: false, reason: messageOf(error) });
  }
}
