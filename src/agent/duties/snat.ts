/** Source ports in use towards pods, told by the services that they belong to, and flows in all. */
import { flowUse, type GatewayPrograms, type SnatUse, snatLimits } from '#kernel/index.ts';
import { type Clock, formatIp } from '#kit/index.ts';
import type { Lane } from '#plan/index.ts';

export interface SnatReport {
  /** Of a service's port: towards the pod with the most in use. */
  readonly lanes: readonly LaneUse[];
  /** Ports that there are towards each pod port. */
  readonly capacity: number;
  /** In use of each table of flows. */
  readonly entries: Readonly<Record<string, number>>;
}

export type LaneUse = Pick<Lane, 'namespace' | 'name' | 'portName' | 'protocol'> & { readonly used: number };

const PROTOCOLS: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP' };

export async function readSnat(
  programs: readonly GatewayPrograms[],
  lanes: readonly Lane[],
  clock: Clock,
): Promise<SnatReport> {
  const uses: SnatUse[] = [];
  const all: Record<string, number> = {};
  let capacity = 0;
  for (const { family, incoming, object } of programs) {
    const limits = snatLimits(incoming);
    capacity = limits.last - limits.first + 1;
    const { ports, entries } = await flowUse(object, family, limits, process.hrtime.bigint(), clock);
    uses.push(...ports);
    Object.assign(all, entries);
  }
  return { lanes: useOfLanes(lanes, uses), capacity, entries: all };
}

/** A headless service has a lane for each pod: they are told as one. */
export function useOfLanes(lanes: readonly Lane[], uses: readonly SnatUse[]): LaneUse[] {
  const used = new Map(uses.map((use) => [`${formatIp(use.pod)} ${use.port} ${PROTOCOLS[use.protocol]}`, use.used]));
  const ports = Map.groupBy(lanes, ({ namespace, name, portName, protocol }) =>
    [namespace, name, portName, protocol].join(' '),
  );
  return [...ports.values()].flatMap((same) => {
    const [lane] = same;
    if (!lane) return [];
    const { namespace, name, portName, protocol } = lane;
    const counts = same.flatMap(({ pods }) =>
      pods.map(({ address, port }) => used.get(`${address} ${port} ${protocol}`) ?? 0),
    );
    return [{ namespace, name, portName, protocol, used: Math.max(0, ...counts) }];
  });
}
