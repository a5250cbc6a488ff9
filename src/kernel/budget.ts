/** How many instructions the verifier may walk, by program: bpf/budget.json. Pure. */
import { SealaneError } from '#kit/index.ts';

export type Budget = Readonly<Record<string, number>>;

/** A budget lies at most this far above what was measured, so that it catches growth. */
export const SLACK = 1.1;

/** @throws SealaneError kernel/budget naming every program over its budget or without one */
export function requireWithinBudget(budget: Budget, measured: ReadonlyMap<string, number>): void {
  const problems = [...measured].flatMap(([program, count]) => problemOf(program, count, budget[program]));
  if (problems.length === 0) return;
  throw new SealaneError('kernel/budget', `verify programs: ${problems.join('; ')}`, {
    hint: 'make them smaller, or measure again with tools/bpf-budget.ts --write',
  });
}

function problemOf(program: string, count: number, allowed: number | undefined): string[] {
  if (allowed === undefined) return [`${program} has no budget`];
  return count > allowed ? [`${program} takes ${count} instructions, ${allowed} are allowed`] : [];
}

/** Programs whose budget is so large that it would not catch growth. */
export function tooGenerous(budget: Budget, measured: ReadonlyMap<string, number>): string[] {
  return [...measured].flatMap(([program, count]) => ((budget[program] ?? 0) > count * SLACK ? [program] : []));
}

/** Budgets for what was measured, at most `SLACK` above. */
export function budgetFor(measured: ReadonlyMap<string, number>): Budget {
  const sorted = [...measured].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([program, count]) => [program, Math.floor(count * SLACK)]));
}
