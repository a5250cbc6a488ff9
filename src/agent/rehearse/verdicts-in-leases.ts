import { AGENT_LEASE_EXPIRY_MS, type Lease } from '#api/index.ts';
import { agreed, type Verdicts } from '#plan/index.ts';
import { votesOf } from '../duties/peer-verdicts.ts';

/**
 * What the gateways of a cluster agree on, as one look at their Leases tells: one that was renewed long before the others has no say.
 *
 * @param leases of the gateways
 */
export function verdictsIn(leases: readonly Lease[]): Verdicts {
  const latest = Math.max(...leases.map(renewedAt));
  return agreed(leases.filter((lease) => latest - renewedAt(lease) < AGENT_LEASE_EXPIRY_MS).flatMap(votesOf), {});
}

function renewedAt({ spec }: Lease): number {
  return Date.parse(spec?.renewTime ?? '') || 0;
}
