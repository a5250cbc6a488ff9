import { familyOfText } from '#kit/index.ts';
import type { Family, Gateway, Member } from '#plan/index.ts';

/**
 * The gateways of a member that are reached over one family; none of one that is not known. Those that are down are left out, unless
 * all are: the kernel knows then that the member is down, and which they are when it is back.
 */
export function gatewaysOf(member: Member | undefined, family: Family): readonly Gateway[] {
  const all = (member?.gateways ?? []).filter(({ address }) => familyOfText(address) === family);
  const up = all.filter(({ isDown }) => !isDown);
  return up.length > 0 ? up : all;
}
