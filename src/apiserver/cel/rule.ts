/** One validation rule of a schema: compiled, or why it cannot be. */
import { type Environment, Optional } from '@marcbachmann/cel-js';
import { BudgetSpent, isSpent } from './budget.ts';
import { instrumented, nodesOf } from './instrument.ts';

export interface RuleText {
  readonly rule?: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

export type Program = (values: { readonly self: unknown; readonly oldSelf: unknown }) => unknown;

export type Compiled = { readonly program: Program; readonly usesOldSelf: boolean } | { readonly why: string };

/** @param returns the type it must have: `bool` of a rule, `string` of a message */
export function compile(env: Environment, source: string, returns: 'bool' | 'string'): Compiled {
  const what =
    returns === 'bool' ? 'cel expression must evaluate to a bool' : 'messageExpression must evaluate to a string';
  try {
    const parsed = env.parse(source);
    const nodes = nodesOf(parsed.ast);
    if (nodes.some(isBind)) return { why: "compilation failed: undeclared reference to 'cel'" };
    const { valid, type, error } = env.check(source);
    if (!valid) return { why: `compilation failed: ${error?.message ?? 'unknown'}` };
    if (type !== returns && type !== 'dyn') return { why: what };
    const program = env.parse(instrumented(source, parsed.ast)) as Program;
    return { program, usesOldSelf: nodes.some(({ op, args }) => op === 'id' && args === 'oldSelf') };
  } catch (error) {
    return { why: `compilation failed: ${(error as Error).message}` };
  }
}

/** Not of Kubernetes' CEL, and a short way to values that double with each step. */
function isBind({ op, args }: ReturnType<typeof nodesOf>[number]): boolean {
  return op === 'rcall' && args[0] === 'bind';
}

export type Outcome = { readonly value: unknown } | { readonly error: string };

/** @throws BudgetSpent */
export function evaluate(program: Program, self: unknown, oldSelf: unknown, isOptional: boolean): Outcome {
  const old = isOptional ? (oldSelf === undefined ? Optional.none() : Optional.of(oldSelf)) : oldSelf;
  try {
    const value = program({ self, oldSelf: old });
    if (isSpent()) throw new BudgetSpent();
    return { value };
  } catch (error) {
    if (isSpent()) throw new BudgetSpent();
    const { summary, message } = error as Error & { summary?: string };
    const text = summary ?? message;
    return { error: text.charAt(0).toLowerCase() + text.slice(1) };
  }
}
