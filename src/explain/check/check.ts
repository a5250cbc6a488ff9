/** `sealane check`: holds facts against what sealane needs. */
import type { Facts } from './facts.ts';

export interface Finding {
  readonly result: 'ok' | 'warn' | 'fail';
  readonly message: string;
  readonly hint?: string;
}

export interface Check {
  /** Stable, for programs and for docs/checks.md. */
  readonly name: string;
  /** What it is about and why it matters. */
  readonly about: string;
  /** Undefined when nobody asked for what it needs. */
  readonly judge: (facts: Facts) => Finding | undefined;
}

export interface CheckResult extends Finding {
  readonly name: string;
  /** Where it is explained. */
  readonly doc: string;
}

export function runChecks(checks: readonly Check[], facts: Facts): CheckResult[] {
  return checks.flatMap(({ name, judge }) => {
    const finding = judge(facts);
    return finding ? [{ name, ...finding, doc: `docs/checks.md#${name}` }] : [];
  });
}

export const ok = (message: string): Finding => ({ result: 'ok', message });
export const warn = (message: string, hint?: string): Finding => ({ result: 'warn', message, ...(hint && { hint }) });
export const fail = (message: string, hint?: string): Finding => ({ result: 'fail', message, ...(hint && { hint }) });
