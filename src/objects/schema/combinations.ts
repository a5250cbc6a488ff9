import { invalid, type Problem } from '../problem.ts';
import type { Schema } from './schema.ts';
import { inBody } from './type-check.ts';

/** allOf, anyOf, oneOf, not. `check` validates the value against one branch. */
export function checkCombinations(schema: Schema, path: string, check: (branch: Schema) => Problem[]): Problem[] {
  const { allOf, anyOf, oneOf, not } = schema;
  const passes = (branch: Schema) => check(branch).length === 0;
  const fail = (what: string) => invalid(path, `Invalid value: ${inBody(path)} must ${what}`);
  const problems = allOf?.flatMap(check) ?? [];
  if (anyOf && !anyOf.some(passes)) problems.push(fail('validate at least one schema (anyOf)'));
  if (oneOf) {
    const valid = oneOf.filter(passes).length;
    if (valid !== 1) {
      const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
      problems.push(fail(`validate one and only one schema (oneOf). ${found}`));
    }
  }
  if (not && passes(not)) problems.push(fail('not validate the schema (not)'));
  return problems;
}
