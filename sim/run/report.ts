/** Outcomes in words, and the command that runs a failing seed again. */
import { stepText } from '../steps/step.ts';
import type { Options } from './options.ts';
import type { Outcome } from './run-scenario.ts';
import type { Shrunk } from './shrink.ts';

export interface Summary {
  readonly seeds: number;
  readonly failed: number;
  readonly events: number;
  readonly virtualHours: number;
  readonly slowestMs: number;
  readonly failures: readonly {
    readonly seed: string;
    readonly invariant: string;
    readonly what: string;
    readonly at: number;
    readonly replay: string;
  }[];
}

export function summaryOf(outcomes: readonly Outcome[], options: Options): Summary {
  const failures = outcomes.flatMap(({ seed, violation }) =>
    violation
      ? [
          {
            seed,
            invariant: violation.invariant,
            what: violation.what,
            at: violation.at,
            replay: replayOf(seed, options),
          },
        ]
      : [],
  );
  return {
    seeds: outcomes.length,
    failed: failures.length,
    events: outcomes.reduce((sum, { events }) => sum + events, 0),
    virtualHours: outcomes.reduce((sum, { virtualMs }) => sum + virtualMs, 0) / 3_600_000,
    slowestMs: Math.max(0, ...outcomes.map(({ convergedAfterMs = 0 }) => convergedAfterMs)),
    failures,
  };
}

export function replayOf(seed: string, { members, services, plant }: Options): string {
  const more = Object.entries({ members, services, plant }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${value}`],
  );
  return ['npm run sim -- --seed', seed, ...more].join(' ');
}

export function summaryText({ seeds, failed, events, virtualHours, slowestMs, failures }: Summary): string {
  const lines = failures.map(
    ({ seed, invariant, what, at, replay }) =>
      `seed ${seed}, ${(at / 1000).toFixed(3)} s: ${invariant}\n  ${what}\n  again: ${replay}`,
  );
  return [
    ...lines,
    `${seeds} seeds, ${failed} failed; ${events} changes in ${virtualHours.toFixed(1)} h of virtual time; after the last fault everything was right within ${slowestMs / 1000} s`,
  ].join('\n');
}

export function outcomeText({ seed, violation, hash, events, convergedAfterMs }: Outcome): string {
  if (!violation)
    return `seed ${seed}: held; ${events} changes, right ${(convergedAfterMs ?? 0) / 1000} s after the last fault; trace ${hash}`;
  return [
    ...violation.trace,
    `seed ${seed}, ${(violation.at / 1000).toFixed(3)} s: ${violation.invariant}`,
    `  ${violation.what}`,
    `trace ${hash}`,
  ].join('\n');
}

export function shrunkText({ scenario, outcome, tries }: Shrunk): string {
  return [
    `${scenario.steps.length} steps are enough (${tries} tries):`,
    ...scenario.steps.map((step) => `  ${stepText(step)}`),
    outcomeText(outcome),
  ].join('\n');
}
