import { familyOfText } from '#kit/index.ts';
import type { Family, Gateway, Member } from '#plan/index.ts';

/** The gateways of a member that are reached over one family; none of one that is not known. */
export function gatewaysOf(member: Member | undefined, family: Family): readonly Gateway[] {
  return (member?.gateways ?? []).filter(({ address }) => familyOfText(address) === family);
}
