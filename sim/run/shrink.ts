/** Fewer steps that still break the same invariant: halves first, then one by one. */
import type { Scenario } from '../steps/scenario.ts';
import type { Step } from '../steps/step.ts';
import { type Outcome, runScenario } from './run-scenario.ts';

export interface Shrunk {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
  readonly tries: number;
}

/** @param onTry told how many steps are left */
export async function shrink(
  scenario: Scenario,
  first: Outcome,
  onTry: (steps: number) => void = () => {},
): Promise<Shrunk> {
  let best: Shrunk = { scenario, outcome: first, tries: 0 };
  for (let size = Math.ceil(scenario.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.scenario.steps.length; ) {
      const steps = without(best.scenario.steps, at, size);
      const outcome = await runScenario({ ...scenario, steps });
      const same = outcome.violation?.invariant === first.violation?.invariant;
      best = same
        ? { scenario: { ...scenario, steps }, outcome, tries: best.tries + 1 }
        : { ...best, tries: best.tries + 1 };
      if (!same) at += size;
      onTry(best.scenario.steps.length);
    }
  }
  return best;
}

function without(steps: readonly Step[], at: number, count: number): Step[] {
  return [...steps.slice(0, at), ...steps.slice(at + count)];
}
