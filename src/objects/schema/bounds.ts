import { deepEqual } from '../equal.ts';
import { isArray, isObject, type Json } from '../json.ts';
import type { Problem } from '../problem.ts';
import { compilePattern } from './pattern.ts';
import type { Schema } from './schema.ts';
import { inBody } from './type-check.ts';

/** Enum, ranges, lengths, pattern. */
export function checkBounds(schema: Schema, value: Json, path: string): Problem[] {
  return [...enumProblems(schema, value, path), ...sizeProblems(schema, value, path)];
}

function enumProblems(schema: Schema, value: Json, path: string): Problem[] {
  if (!schema.enum || schema.enum.some((allowed) => deepEqual(allowed, value))) return [];
  const allowed = schema.enum.map((item) => JSON.stringify(item)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed}`;
  return [{ path, reason: 'FieldValueNotSupported', message }];
}

function sizeProblems(schema: Schema, value: Json, path: string): Problem[] {
  if (typeof value === 'string') return textProblems(schema, value, path);
  if (typeof value === 'number') return numberProblems(schema, value, path);
  if (isArray(value)) return countProblems(value, value.length, schema.minItems, schema.maxItems, 'items', path);
  if (!isObject(value)) return [];
  return countProblems(
    value,
    Object.keys(value).length,
    schema.minProperties,
    schema.maxProperties,
    'properties',
    path,
  );
}

function textProblems(
  { minLength = 0, maxLength = Infinity, pattern }: Schema,
  value: string,
  path: string,
): Problem[] {
  const problems: Problem[] = [];
  const length = value.length > minLength && value.length <= maxLength ? value.length : Array.from(value).length;
  if (length > maxLength) {
    const message = `Too long: may not be more than ${maxLength} bytes`;
    problems.push({ path, reason: 'FieldValueTooLong', message });
  }
  if (length < minLength) problems.push(should(value, path, `be at least ${minLength} chars long`));
  if (pattern !== undefined && compilePattern(pattern)?.test(value) === false) {
    problems.push(should(value, path, `match '${pattern}'`));
  }
  return problems;
}

function numberProblems(schema: Schema, value: number, path: string): Problem[] {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const problems: Problem[] = [];
  if (exclusiveMinimum ? value <= minimum : value < minimum) {
    problems.push(should(value, path, `be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`));
  }
  if (exclusiveMaximum ? value >= maximum : value > maximum) {
    problems.push(should(value, path, `be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`));
  }
  if (multipleOf !== undefined && !Number.isInteger(Number((value / multipleOf).toPrecision(15)))) {
    problems.push(should(value, path, `be a multiple of ${multipleOf}`));
  }
  return problems;
}

function countProblems(
  value: Json,
  count: number,
  least = 0,
  most = Infinity,
  what: 'items' | 'properties',
  path: string,
): Problem[] {
  if (count < least) return [should(value, path, `have at least ${least} ${what}`)];
  if (count <= most) return [];
  return [{ path, reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${most} ${what}` }];
}

function should(value: Json, path: string, what: string): Problem {
  const message = `Invalid value: ${JSON.stringify(value)}: ${inBody(path)} should ${what}`;
  return { path, reason: 'FieldValueInvalid', message };
}
