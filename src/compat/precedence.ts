/** Two groups may speak of one service: the newer one is heard, the other's condition says so. */
export const PRECEDENCE = ['sealane.dev', 'multicluster.x-k8s.io', 'multicluster.flomesh.io', 'flomesh.io'] as const;
export type Origin = (typeof PRECEDENCE)[number];

/** Something that was said of one service, and by which group. */
export interface Claim<T> {
  readonly origin: Origin;
  readonly value: T;
}

export interface Chosen<T> {
  readonly winner: Claim<T>;
  /** Each with the sentence for its condition (reason `Ignored`). */
  readonly ignored: readonly (Claim<T> & { readonly reason: 'Ignored'; readonly message: string })[];
}

/** @param claims of ONE service and kind; undefined when there are none */
export function choose<T>(claims: readonly Claim<T>[]): Chosen<T> | undefined {
  const [winner, ...losers] = claims.toSorted((a, b) => PRECEDENCE.indexOf(a.origin) - PRECEDENCE.indexOf(b.origin));
  if (!winner) return undefined;
  return {
    winner,
    ignored: losers.map((loser) => ({ ...loser, reason: 'Ignored' as const, message: sentence(winner, loser) })),
  };
}

function sentence(winner: Claim<unknown>, loser: Claim<unknown>): string {
  return `the ${loser.origin} object is ignored: the ${winner.origin} object of the same name speaks for this service`;
}
