/** What goes wrong between the gateways of one member and those of others, out of a seed. */
import type { Random } from '../time/random.ts';

export interface Trouble {
  readonly from: number;
  /** Infinity: it lasts. */
  readonly to: number;
  /** Of this gateway of ours only; with no peer, its own link is cut. */
  readonly own?: number;
  /** Address of another member's gateway; with no own one, nobody reaches it. */
  readonly peer?: string;
  /** Two of three datagrams are lost, never three in a row; else all are. */
  readonly isLossy?: true;
}

const BEGIN_MS = 3_000;
const LATEST_MS = 12_000;
const MOST = 4;
const LONGEST_MS = 6_000;

/** @param members addresses of each other member's gateways */
export function drawTroubles(random: Random, owns: number, members: readonly (readonly string[])[]): Trouble[] {
  const when = (mayLast: boolean) => {
    const from = Math.round(random.between(BEGIN_MS, LATEST_MS));
    return { from, to: mayLast && random.chance(0.3) ? Infinity : from + Math.round(random.between(300, LONGEST_MS)) };
  };
  const kinds: readonly (() => Trouble[])[] = [
    () => [{ ...when(true), own: random.below(owns) }],
    () => {
      const all = when(false);
      return Array.from({ length: owns }, (_, own) => ({ ...all, own }));
    },
    () => {
      const all = when(true);
      return random.pick(members).map((peer) => ({ ...all, peer }));
    },
    () => [{ ...when(true), own: random.below(owns), peer: random.pick(members.flat()) }],
    () => [{ ...when(false), own: random.below(owns), peer: random.pick(members.flat()), isLossy: true }],
  ];
  return Array.from({ length: 1 + random.below(MOST) }, () => random.pick(kinds)()).flat();
}

/** Troubles of one pair of gateways at a time. */
export function troublesOf(all: readonly Trouble[], own: number, peer: string, at: number): readonly Trouble[] {
  const isIts = (one: Trouble) => (one.own ?? own) === own && (one.peer ?? peer) === peer;
  return all.filter((one) => at >= one.from && at < one.to && isIts(one));
}

export function isCut(all: readonly Trouble[], own: number, peer: string, at: number): boolean {
  return troublesOf(all, own, peer, at).some(({ isLossy }) => !isLossy);
}

/** When nothing changes any more. */
export function lastChange(all: readonly Trouble[]): number {
  return Math.max(BEGIN_MS, ...all.flatMap(({ from, to }) => (to === Infinity ? [from] : [to])));
}
