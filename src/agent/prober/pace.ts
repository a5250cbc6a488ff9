/** How often is asked, and how long an answer is waited for. */
import type { Watched } from './model.ts';

/** How often a step is made. */
export const STEP_MS = 25;
/** A step that comes later than this finds answers unread: what is not there yet is not missed. */
export const LATE_MS = 100;
/** Misses in a row until a gateway is down, and answers in a row until it is up. */
export const IN_A_ROW = 3;
/** Between two questions to one gateway, in any case. */
export const LEAST_MS = 100;

/** After so many misses nothing is in a hurry any more. */
const DOUBTED = 2 * IN_A_ROW;
const USUAL_MS = 250;
/** To all gateways together, and as many again to those that may just have gone. */
const QUESTIONS_A_SECOND = 500;
const UNMEASURED_MS = 500;
const WAIT_MS = { least: 150, most: 1000 };
const ROUND_TRIPS = 4;
const JITTER = 0.4;

export function waitOf({ rttMs }: Pick<Watched, 'rttMs'>): number {
  if (rttMs === undefined) return UNMEASURED_MS;
  return Math.min(Math.max(ROUND_TRIPS * rttMs, WAIT_MS.least), WAIT_MS.most);
}

/** Asked more often: it has missed something, and what that means is not decided yet. */
export function isInDoubt({ isUp, misses, against }: Pick<Watched, 'isUp' | 'misses' | 'against'>): boolean {
  return isUp === true && misses > 0 && misses < DOUBTED && against < IN_A_ROW;
}

export interface Pace {
  readonly usualMs: number;
  readonly doubtMs: number;
}

/** @param targets of all; `doubted` of them are in doubt */
export function paceOf(targets: number, doubted: number): Pace {
  const share = 1000 / QUESTIONS_A_SECOND;
  return { usualMs: Math.max(USUAL_MS, targets * share), doubtMs: Math.max(LEAST_MS, doubted * share) };
}

/** The longest from one question of all these targets to the next. */
export function gapOf(targets: number, { usualMs }: Pace): number {
  return (usualMs * (1 + JITTER / 2)) / Math.max(1, targets);
}

/** Between 4/5 and 6/5 of what is usual, so that gateways do not ask in step. In doubt there is no time for that. */
export function nextAfter(now: number, watched: Watched, { usualMs, doubtMs }: Pace, random: number): number {
  return now + (isInDoubt(watched) ? doubtMs : Math.max(LEAST_MS, usualMs * (1 - JITTER / 2 + JITTER * random)));
}
