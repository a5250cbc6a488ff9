import { familyOf, parseIp } from '#kit/index.ts';
import type { Family, Gateway, Member } from '#plan/index.ts';

/** The gateways of a member that are reached over one family; none of one that is not known. */
export function gatewaysOf(member: Member | undefined, family: Family): readonly Gateway[] {
  return (member?.gateways ?? []).filter(({ address }) => {
    const parsed = parseIp(address);
    return parsed !== undefined && familyOf(parsed) === family;
  });
}
