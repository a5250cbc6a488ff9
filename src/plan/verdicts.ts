/** What gateways found out about the gateways of other members, and what a member makes of it. */
import { objectIn } from '#objects/index.ts';

/** `unknown`: it never answered, or who asked cannot tell its fault from the own one. It changes nothing. */
export type Verdict = 'up' | 'down' | 'unknown';

/** By member, by address. */
export type Verdicts = Readonly<Record<string, Readonly<Record<string, Verdict>>>>;

/**
 * Of several gateways that ask, any that says up wins: there is a way. Who does not know has no say; where nobody knows, it stays as
 * it was.
 * @param before what was agreed last
 */
export function agreed(votes: readonly Verdicts[], before: Verdicts): Verdicts {
  if (votes.length === 0) return before;
  const clusters = new Set(votes.flatMap((vote) => Object.keys(vote)));
  return Object.fromEntries(
    [...clusters].toSorted().map((cluster) => {
      const said = votes.map((vote) => vote[cluster] ?? {});
      const addresses = new Set(said.flatMap((of) => Object.keys(of)));
      const verdictOf = (address: string) => one(said.flatMap((of) => of[address] ?? [])) ?? before[cluster]?.[address];
      return [
        cluster,
        Object.fromEntries([...addresses].toSorted().map((address) => [address, verdictOf(address) ?? 'unknown'])),
      ];
    }),
  );
}

function one(said: readonly Verdict[]): Verdict | undefined {
  if (said.includes('up')) return 'up';
  return said.includes('down') ? 'down' : undefined;
}

/** Whether nobody answers: all of these addresses are down. One that is not known may serve. */
export function allDown(
  verdicts: Verdicts,
  cluster: string,
  gateways: readonly { readonly address: string }[],
): boolean {
  return gateways.length > 0 && gateways.every(({ address }) => verdicts[cluster]?.[address] === 'down');
}

/** As it was read from somewhere: what makes no sense is left out. */
export function readVerdicts(value: unknown): Verdicts {
  const entries = Object.entries(objectIn(value)).map(([cluster, of]) => [
    cluster,
    Object.fromEntries(Object.entries(objectIn(of)).filter((entry): entry is [string, Verdict] => isVerdict(entry[1]))),
  ]);
  return Object.fromEntries(entries) as Verdicts;
}

function isVerdict(value: unknown): value is Verdict {
  return value === 'up' || value === 'down' || value === 'unknown';
}
