/** One step of the prober: what it knows and what came since give what it knows now and whom it asks. Pure. */
import type { Verdict, Verdicts } from '#plan/index.ts';
import { HOLD_MS, judge, verdictOf } from './judge.ts';
import type { Heard, Probe, ProberState, ProbeTarget, Step, Watched } from './model.ts';
import { targetKey } from './model.ts';
import { gapOf, IN_A_ROW, isInDoubt, LATE_MS, nextAfter, type Pace, paceOf, waitOf } from './pace.ts';

/** An answer may come so late and still tell how far it is. */
const KEPT_MS = 5000;
const SMOOTHING = 8;

export function emptyProber(self: string, now: number): ProberState {
  return { self, at: now, nextId: 1, watched: new Map(), stalls: 0 };
}

/** @param before what an earlier prober said: who was down is down until it answers */
export function withTargets(state: ProberState, targets: readonly ProbeTarget[], before: Verdicts = {}): ProberState {
  const entries = targets.map((target) => {
    const known = state.watched.get(targetKey(target));
    const is = known ? { ...known, target } : begun(target, state.at, before[target.cluster]?.[target.address]);
    return [targetKey(target), is] as const;
  });
  return { ...state, watched: new Map(entries) };
}

function begun(target: ProbeTarget, now: number, before: Verdict | undefined): Watched {
  return {
    target,
    isUp: before === undefined || before === 'unknown' ? undefined : before === 'up',
    changedAt: -Infinity,
    misses: 0,
    against: 0,
    missedSince: Infinity,
    answers: 0,
    answeringSince: Infinity,
    heard: -Infinity,
    rttMs: undefined,
    holdMs: HOLD_MS.first,
    sentAt: -Infinity,
    nextAt: now,
    probes: [],
  };
}

export function advance(state: ProberState, heard: Heard): Step {
  const { now } = heard;
  const isLate = now - state.at > LATE_MS;
  const answered = new Map(heard.answers.map(({ id, at }) => [id, at]));
  const before = [...state.watched.values()].map((one) => withAnswers(isLate ? excused(one) : one, answered));
  const noted = withMisses(state.self, before, now);
  const pace = paceOf(noted.length, noted.filter(isInDoubt).length);
  const othersOf = othersHeard(state.self, noted, now, pace);
  const judged = noted.map((one) =>
    judge(one, { now, othersHeard: othersOf(one), established: () => heard.established(one.target.cluster) }),
  );
  const { asked, questions } = ask(judged, state.nextId, pace, heard);
  return {
    state: {
      ...state,
      at: now,
      nextId: state.nextId + questions.length,
      watched: new Map(asked.map((one) => [targetKey(one.target), one])),
      stalls: state.stalls + (isLate ? 1 : 0),
    },
    questions,
    missed: noted.flatMap((one, i) => Array.from({ length: one.misses - (before[i]?.misses ?? 0) }, () => one.target)),
  };
}

/** What is said of the other members' gateways. */
export function verdictsOf({ self, watched, at }: ProberState): Verdicts {
  const all = [...watched.values()];
  const othersOf = othersHeard(self, all, at, paceOf(all.length, 0));
  const said: Record<string, Record<string, Verdict>> = {};
  for (const one of all.filter(({ target }) => target.cluster !== self)) {
    const ofCluster = (said[one.target.cluster] ??= {});
    ofCluster[one.target.address] = verdictOf(one, othersOf(one));
  }
  return said;
}

/** The prober hears nobody: that is its own link, or it itself. */
export function suspectsItself(verdicts: Verdicts): boolean {
  const all = Object.values(verdicts).flatMap((of) => Object.values(of));
  return all.length > 0 && all.every((verdict) => verdict === 'unknown');
}

/** While the loop stood still nobody read the answers. */
function excused(watched: Watched): Watched {
  return {
    ...watched,
    probes: watched.probes.map((probe) => ({ ...probe, is: probe.is === 'missed' ? probe.is : 'void' })),
  };
}

function withAnswers(watched: Watched, answered: ReadonlyMap<number, number>): Watched {
  let next = watched;
  for (const probe of watched.probes) {
    const at = answered.get(probe.id);
    if (at !== undefined) next = withAnswer(next, probe, at);
  }
  return next;
}

function withAnswer(watched: Watched, { id, sentAt }: Probe, at: number): Watched {
  const { rttMs, isUp, answers } = watched;
  const sample = Math.max(0, at - sentAt);
  return {
    ...watched,
    isUp: isUp ?? true,
    misses: 0,
    against: 0,
    missedSince: Infinity,
    answers: isUp === false ? answers + 1 : 0,
    answeringSince: answers === 0 ? at : watched.answeringSince,
    heard: Math.max(watched.heard, sentAt),
    rttMs: rttMs === undefined ? sample : rttMs + (sample - rttMs) / SMOOTHING,
    probes: watched.probes.filter((probe) => probe.id !== id),
  };
}

/** Misses of everybody at once are the own link's: they count against nobody, and what counted before does no more. */
function withMisses(self: string, all: readonly Watched[], now: number): readonly Watched[] {
  const pace = paceOf(all.length, 0);
  const others = othersHeard(self, all, now, pace);
  const gap = gapOf(voicesOf(self, all).length - 1, pace);
  const noted = all.map((one) => withMissesOf(one, others(one) + gap, now));
  const isAlone = voicesOf(self, noted).every(({ misses }) => misses > 0);
  return isAlone ? noted.map((one) => ({ ...one, against: 0, missedSince: Infinity })) : noted;
}

/** @param vouched a question sent until then would have been heard if this were the own link's fault */
function withMissesOf(watched: Watched, vouched: number, now: number): Watched {
  const wait = waitOf(watched);
  const missed = watched.probes.filter(({ is, sentAt }) => is === 'waited for' && now - sentAt > wait);
  if (missed.length === 0) return withoutOld(watched, now);
  const against = missed.filter(({ sentAt }) => sentAt <= vouched);
  return {
    ...withoutOld(watched, now, missed),
    answers: 0,
    misses: watched.misses + missed.length,
    against: watched.against + against.length,
    missedSince: Math.min(watched.missedSince, ...against.map(({ sentAt }) => sentAt)),
  };
}

function withoutOld(watched: Watched, now: number, missed: readonly Probe[] = []): Watched {
  const kept = watched.probes.filter(({ sentAt }) => now - sentAt <= KEPT_MS);
  if (kept.length === watched.probes.length && missed.length === 0) return watched;
  return { ...watched, probes: kept.map((probe) => (missed.includes(probe) ? { ...probe, is: 'missed' } : probe)) };
}

function ask(all: readonly Watched[], first: number, pace: Pace, { now, random }: Heard) {
  const due = all.filter((one) => now >= (isInDoubt(one) ? one.sentAt + pace.doubtMs : one.nextAt));
  const ids = new Map(due.map((one, i) => [one, first + i]));
  const asked = all.map((one) => {
    const id = ids.get(one);
    if (id === undefined) return one;
    const probes: Probe[] = [...one.probes, { id, sentAt: now, is: 'waited for' }];
    return { ...one, sentAt: now, nextAt: nextAfter(now, one, pace, random()), probes };
  });
  return { asked, questions: due.map(({ target }, i) => ({ id: first + i, target })) };
}

/**
 * Whom to listen to for the state of the own link: who has ever answered. With one peer only, its fault and the own link's look alike,
 * so the other gateways of this member are listened to as well.
 */
function voicesOf(self: string, all: readonly Watched[]): readonly Watched[] {
  const peers = new Set(all.map(({ target }) => target.cluster).filter((cluster) => cluster !== self));
  return all.filter(({ target, isUp }) => isUp !== undefined && (peers.size === 1 || target.cluster !== self));
}

/** When the last question that anybody else answered had been sent, if that was lately. */
function othersHeard(self: string, all: readonly Watched[], now: number, pace: Pace): (one: Watched) => number {
  const [first, second] = voicesOf(self, all).toSorted((a, b) => b.heard - a.heard);
  const recent = now - IN_A_ROW * pace.usualMs - KEPT_MS / IN_A_ROW;
  return ({ target }) => {
    const heard = (first?.target === target ? second : first)?.heard ?? -Infinity;
    return heard >= recent ? heard : -Infinity;
  };
}
