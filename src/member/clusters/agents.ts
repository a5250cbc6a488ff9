/** Which agents are alive, judged by how long their Lease has not changed here; never by comparing clocks. */
import {
  AGENT_LEASE_EXPIRY_MS,
  ANNOTATION_APPLIED,
  ANNOTATION_DRAINS,
  ANNOTATION_FULL_TABLES,
  ANNOTATION_GATEWAY,
  ANNOTATION_VERDICTS,
  type Lease,
  type MemberGateway,
} from '#api/index.ts';
import type { Clock } from '#kit/index.ts';
import type { Cache } from '#kube/index.ts';
import { keyOf, objectIn } from '#objects/index.ts';
import { readVerdicts, type Verdicts } from '#plan/index.ts';

export interface Agents {
  alive(): Lease[];
  gateways(): MemberGateway[];
  /** Kernel tables that are more than 80 % full on a live node, in words, sorted. */
  fullTables(): string[];
  /** What each of them found out about the gateways of other members. */
  verdicts(): Verdicts[];
  /** How many live nodes have applied at least this generation of a policy. @param policy `namespace/name` */
  applied(policy: string, generation: number): { readonly programmed: number; readonly total: number };
  /** What each live node says of the drain of a member; undefined for one that has said nothing of it. */
  drains(member: string): (SaidOfDrain | undefined)[];
}

export interface SaidOfDrain {
  /** Of the member's mirror that the node's tables are in step with. */
  readonly generation: number;
  readonly connections: number;
  readonly services: Readonly<Record<string, number>>;
}

export function createAgents(leases: Cache<Lease>, clock: Clock): Agents {
  const changedAt = new Map<string, number>();

  leases.onChange(({ key }) => changedAt.set(key, clock.monotonic()));
  for (const key of leases.keys()) changedAt.set(key, clock.monotonic());

  const alive = () =>
    leases.list().filter((lease) => {
      const at = changedAt.get(keyOf(lease)) ?? clock.monotonic();
      return clock.monotonic() - at < AGENT_LEASE_EXPIRY_MS;
    });

  return {
    alive,
    gateways: () =>
      alive()
        .flatMap((lease) => gatewayOf(lease))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    fullTables: () => alive().flatMap(fullTablesOf).toSorted(),
    verdicts: () =>
      alive().flatMap(({ metadata }) =>
        ANNOTATION_VERDICTS in (metadata.annotations ?? {})
          ? [readVerdicts(readJson(metadata.annotations?.[ANNOTATION_VERDICTS]))]
          : [],
      ),
    applied(policy, generation) {
      const nodes = alive();
      const programmed = nodes.filter((lease) => (appliedBy(lease)[policy] ?? -1) >= generation);
      return { programmed: programmed.length, total: nodes.length };
    },
    drains: (member) => alive().map((lease) => drainSaidBy(lease, member)),
  };
}

function gatewayOf({ metadata }: Lease): MemberGateway[] {
  const said = readJson(metadata.annotations?.[ANNOTATION_GATEWAY]);
  const { name, address, addresses, device, probePort } = said;
  if (typeof name !== 'string' || typeof address !== 'string') return [];
  const more = Array.isArray(addresses) && addresses.every((one): one is string => typeof one === 'string');
  return [
    {
      name,
      address,
      ...(more && { addresses }),
      ...(typeof device === 'string' && { device }),
      ...(typeof probePort === 'number' && { probePort }),
      weight: 100,
    },
  ];
}

function fullTablesOf({ metadata, spec }: Lease): string[] {
  const shares = Object.entries(readJson(metadata.annotations?.[ANNOTATION_FULL_TABLES]));
  const node = spec?.holderIdentity ?? metadata.name;
  return shares.flatMap(([map, share]) =>
    typeof share === 'number' ? `${map} on ${node}: ${Math.round(share * 100)} %` : [],
  );
}

export function appliedBy({ metadata }: Lease): Readonly<Record<string, number>> {
  return numbersOf(readJson(metadata.annotations?.[ANNOTATION_APPLIED]));
}

/** With which drains an agent is in step: what it has open changes more often. */
export function stepsIn({ metadata }: Lease): string {
  const said = Object.entries(readJson(metadata.annotations?.[ANNOTATION_DRAINS]));
  return JSON.stringify(said.map(([member, drain]) => [member, objectIn(drain)['generation']]));
}

function drainSaidBy({ metadata }: Lease, member: string): SaidOfDrain | undefined {
  const said = objectIn(readJson(metadata.annotations?.[ANNOTATION_DRAINS])[member]);
  const { generation, connections } = numbersOf(said);
  if (generation === undefined || connections === undefined) return undefined;
  return { generation, connections, services: numbersOf(objectIn(said['services'])) };
}

/** Counts and generations: whole, and not below nothing. */
function numbersOf(said: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  const entries = Object.entries(said);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1]) && Number(entry[1]) >= 0),
  );
}

/** What an agent wrote; nonsense counts as nothing said. */
function readJson(text: string | undefined): Readonly<Record<string, unknown>> {
  if (!text) return {};
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return {};
  }
}
