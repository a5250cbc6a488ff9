/** Whether this member reaches another one: what its gateways found out, in a condition on that one's mirror. */
import { agreed, type Verdict, type Verdicts } from '#plan/index.ts';
import type { Judgement } from '../conditions/with-conditions.ts';

export const REACHABLE = 'Reachable';

/** @returns undefined when nobody asks it */
export function judgeReach(cluster: string, votes: readonly Verdicts[]): Judgement | undefined {
  const found = Object.entries(agreed(votes, {})[cluster] ?? {});
  if (found.length === 0) return undefined;
  const those = (wanted: Verdict) => found.flatMap(([address, verdict]) => (verdict === wanted ? [address] : []));
  const [up, down] = [those('up').join(', '), those('down').join(', ')];
  if (up && down) return said('True', 'SomeGatewaysDown', `probes are answered by ${up}, not by ${down}`);
  if (up) return said('True', 'Answers', `probes are answered by ${up}`);
  if (those('unknown').length === 0) return said('False', 'NoGatewayAnswers', `probes are not answered by ${down}`);
  return said(
    'Unknown',
    'NotKnown',
    `no gateway of this member can tell whether ${those('unknown').join(', ')} can be reached`,
  );
}

function said(status: Judgement['status'], reason: string, message: string): Judgement {
  return { type: REACHABLE, status, reason, message };
}
