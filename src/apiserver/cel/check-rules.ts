/** Whether an object keeps the rules of its schema (`x-kubernetes-validations`). */
import type { Clock } from '#kit/index.ts';
import {
  deepEqual,
  isArray,
  isObject,
  type Json,
  type JsonArray,
  type JsonObject,
  own,
  type Problem,
} from '#objects/index.ts';
import { BudgetSpent, withBudget } from './budget.ts';
import { evaluate, type Outcome, type RuleText } from './rule.ts';
import type { Rule, RuleTree } from './rule-tree.ts';
import { resolveRulePath } from './rule-path.ts';

/** What is found is the same whatever the object's size, or a problem says that no more rules were run. */
export function checkRules(tree: RuleTree, value: Json, old: Json | undefined, clock: Clock): readonly Problem[] {
  const problems: Problem[] = [];
  try {
    withBudget(clock, () => checkAt(tree, { value, old, path: '', problems }));
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    const why = 'validation failed due to running out of cost budget, no further validation rules will be run';
    problems.push({ path: '', reason: 'FieldValueInvalid', message: `Invalid value: ${why}` });
  }
  return problems;
}

interface At {
  readonly value: Json;
  /** The same place before; undefined when there was none, or it cannot be told. */
  readonly old: Json | undefined;
  readonly path: string;
  readonly problems: Problem[];
}

function checkAt(tree: RuleTree, at: At): void {
  const { value, old } = at;
  if (value === null) return;
  if (tree.type && tree.rules.length > 0) runRules(tree, tree.type.toCel, at);
  if (isArray(value)) return checkItems(tree, value, isArray(old) ? old : [], at);
  if (!isObject(value)) return;
  const before = isObject(old) ? old : {};
  for (const [key, inner] of Object.entries(value)) {
    const child = tree.properties.get(key) ?? tree.additional;
    const path = tree.properties.has(key) ? (at.path ? `${at.path}.${key}` : key) : `${at.path}[${key}]`;
    if (child && inner !== undefined) checkAt(child, { ...at, value: inner, old: own(before, key), path });
  }
}

function checkItems({ items, schema }: RuleTree, list: JsonArray, before: JsonArray, at: At): void {
  if (!items) return;
  const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
  const idOf = (item: Json) => JSON.stringify(keys?.map((key) => (isObject(item) ? own(item, key) : undefined)));
  const known = keys && new Map(before.map((item) => [idOf(item), item]));
  list.forEach((value, i) => checkAt(items, { ...at, value, old: known?.get(idOf(value)), path: `${at.path}[${i}]` }));
}

function runRules(tree: RuleTree, toCel: (value: Json) => unknown, { value, old, path, problems }: At): void {
  const isSame = old !== undefined && deepEqual(value, old);
  const self = toCel(value);
  const oldSelf = old === undefined || old === null ? undefined : toCel(old);
  for (const rule of tree.rules) {
    const { test, text } = rule;
    if ('why' in test) continue; // refused when the definition was written
    // What was there before and did not change is not held against an update.
    if (test.usesOldSelf ? oldSelf === undefined && !text.optionalOldSelf : isSame) continue;
    const isOptional = text.optionalOldSelf === true;
    const outcome = evaluate(test.program, self, oldSelf, isOptional);
    if ('value' in outcome && outcome.value === true) continue;
    const at =
      'value' in outcome && text.fieldPath ? joined(path, resolveRulePath(text.fieldPath, tree.schema) ?? '') : path;
    problems.push(problemOf(rule, outcome, at, value, () => messageOf(rule, self, oldSelf, isOptional)));
  }
}

function problemOf({ text }: Rule, outcome: Outcome, path: string, value: Json, message: () => string): Problem {
  if ('error' in outcome) {
    const failed = `${outcome.error} evaluating rule: ${nameOf(text)}`;
    return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${failed}` };
  }
  const shown = isObject(value) || isArray(value) ? '' : `${JSON.stringify(value)}: `;
  const why = message();
  switch (text.reason) {
    case 'FieldValueForbidden':
      return { path, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` };
    case 'FieldValueRequired':
      return { path, reason: 'FieldValueRequired', message: `Required value: ${why}` };
    case 'FieldValueDuplicate':
      return {
        path,
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${shown || `${JSON.stringify(value)}: `}`.replace(/: $/, ''),
      };
    default:
      return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${shown}${why}` };
  }
}

const MAX_MESSAGE = 5 * 1024;

/** The message expression if it gives a line of text, else the message, else the rule. */
function messageOf({ text, message }: Rule, self: unknown, oldSelf: unknown, isOptional: boolean): string {
  const outcome = message && 'program' in message ? evaluate(message.program, self, oldSelf, isOptional) : undefined;
  const said = outcome && 'value' in outcome && typeof outcome.value === 'string' ? outcome.value.trim() : '';
  if (said !== '' && said.length <= MAX_MESSAGE && !said.includes('\n')) return said;
  return text.message ? text.message.trim() : `failed rule: ${nameOf(text)}`;
}

function nameOf({ message, rule = '' }: RuleText): string {
  return (message || rule).trim();
}

function joined(path: string, below: string): string {
  return path && !below.startsWith('[') ? `${path}.${below}` : `${path}${below}`;
}

/** For a whole object: what the server itself keeps is no part of it. */
export function withoutBookkeeping(object: JsonObject): JsonObject {
  const { name, generateName } = isObject(object.metadata) ? object.metadata : {};
  return {
    ...object,
    metadata: { ...(name !== undefined && { name }), ...(generateName !== undefined && { generateName }) },
  };
}
