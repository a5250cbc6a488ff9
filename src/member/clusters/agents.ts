/** Which agents are alive, judged by how long their Lease has not changed here; never by comparing clocks. */
import {
  AGENT_LEASE_EXPIRY_MS,
  ANNOTATION_APPLIED,
  ANNOTATION_FULL_TABLES,
  ANNOTATION_GATEWAY,
  ANNOTATION_VERDICTS,
  type Lease,
  type MemberGateway,
} from '#api/index.ts';
import type { Clock } from '#kit/index.ts';
import type { Cache } from '#kube/index.ts';
import { keyOf } from '#objects/index.ts';
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
  const said = readJson(metadata.annotations?.[ANNOTATION_APPLIED]);
  return Object.fromEntries(
    Object.entries(said).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** What an agent wrote; nonsense counts as nothing said. */
function readJson(text: string | undefined): Readonly<Record<string, unknown>> {
  if (!text) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
