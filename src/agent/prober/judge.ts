/**
 * What misses and answers mean. Down: so many misses in a row while others were heard, so that it is not the own link, and no TCP
 * connection to that cluster came about meanwhile. Up: so many answers in a row, for longer the more often it went up and down.
 */
import type { Verdict } from '#plan/index.ts';
import type { Watched } from './model.ts';
import { IN_A_ROW, waitOf } from './pace.ts';

export const HOLD_MS = { first: 500, most: 60_000 };
/** Down again so soon after it went up, the next hold is twice as long. */
const FLAP_MS = 60_000;
/** What TCP has seen counts for so long. */
const SEEN_MS = 2000;

export interface Evidence {
  readonly now: number;
  /** When the last question that somebody else answered had been sent; long ago: -Infinity. */
  readonly othersHeard: number;
  /** When TCP last established a connection to the cluster. */
  readonly established: () => number | undefined;
}

export function judge(watched: Watched, evidence: Evidence): Watched {
  if (watched.isUp === false) return isBack(watched, evidence) ? turned(watched, true, evidence.now) : watched;
  if (watched.isUp === undefined) return watched;
  return isGone(watched, evidence) ? turned(watched, false, evidence.now) : watched;
}

/** What is said of it. A prober that hears nobody says nothing of anybody. */
export function verdictOf({ isUp, misses, against }: Watched, othersHeard: number): Verdict {
  if (isUp === undefined) return 'unknown';
  const isVouched = isUp ? against >= IN_A_ROW : othersHeard > -Infinity;
  if (misses >= IN_A_ROW && !isVouched) return 'unknown';
  return isUp ? 'up' : 'down';
}

function isGone(watched: Watched, { now, othersHeard, established }: Evidence): boolean {
  if (watched.against < IN_A_ROW || othersHeard < watched.missedSince) return false;
  const establishedAt = established() ?? -Infinity;
  return establishedAt < watched.missedSince + waitOf(watched) || establishedAt < now - SEEN_MS;
}

function isBack({ answers, answeringSince, holdMs }: Watched, { now }: Evidence): boolean {
  return answers >= IN_A_ROW && now - answeringSince >= holdMs;
}

function turned(watched: Watched, isUp: boolean, now: number): Watched {
  const isFlapping = now - watched.changedAt < FLAP_MS;
  const longer = isFlapping ? Math.min(2 * watched.holdMs, HOLD_MS.most) : HOLD_MS.first;
  return { ...watched, isUp, changedAt: now, answers: 0, holdMs: isUp ? watched.holdMs : longer };
}
