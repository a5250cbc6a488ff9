/** Patterns in rules: RE2's syntax, and an engine that no text keeps busy. */
import { compilePattern } from '#objects/index.ts';

export function matches(text: string, pattern: string): boolean {
  return patternOf(pattern).test(text);
}

export function matchFirst(text: string, pattern: string): string {
  return patternOf(pattern).exec(text)?.[0] ?? '';
}

export function matchAll(text: string, pattern: string, most = -1n): string[] {
  const { source, flags } = patternOf(pattern);
  const found = [...text.matchAll(new RegExp(source, `${flags}g`))].map(([whole]) => whole);
  return most < 0n ? found : found.slice(0, Number(most));
}

function patternOf(pattern: string): RegExp {
  const compiled = compilePattern(pattern);
  if (!compiled) throw new Error(`error parsing regexp: ${JSON.stringify(pattern)}`);
  return compiled;
}
