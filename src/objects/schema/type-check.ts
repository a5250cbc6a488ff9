import { isArray, isObject, type Json } from '../json.ts';
import type { Problem } from '../problem.ts';
import { formats } from './formats.ts';
import type { Schema } from './schema.ts';

/** The first thing wrong with a value's type or format. */
export function checkType(schema: Schema, value: Json, path: string): Problem | undefined {
  const { type, format } = schema;
  if (schema['x-kubernetes-int-or-string'] || format === 'int-or-string') {
    return Number.isInteger(value) || typeof value === 'string' ? undefined : mismatch('integer,string', value, path);
  }
  if (type && Object.hasOwn(isOfType, type) && !isOfType[type]?.(value)) return mismatch(type, value, path);
  return format ? checkFormat(format, value, path) : undefined;
}

const isOfType: Readonly<Record<string, (value: Json) => boolean>> = {
  object: isObject,
  array: isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
};

/** In the words of a schema. */
export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function mismatch(expected: string, value: Json, path: string): Problem {
  const met = typeOf(value);
  const message = `Invalid value: "${met}": ${inBody(path)} must be of type ${expected}: "${met}"`;
  return { path, reason: 'FieldValueTypeInvalid', message };
}

function checkFormat(format: string, value: Json, path: string): Problem | undefined {
  const isOk = typeof value === 'number' ? isInRange(format, value) : isWellFormed(format, value);
  if (isOk) return undefined;
  const shown = JSON.stringify(value);
  return {
    path,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${shown}: ${inBody(path)} must be of type ${format}: ${shown}`,
  };
}

function isWellFormed(format: string, value: Json): boolean {
  if (typeof value !== 'string' || !Object.hasOwn(formats, format)) return true;
  return formats[format]?.(value) ?? true;
}

function isInRange(format: string, value: number): boolean {
  return format !== 'int32' || (value >= -(2 ** 31) && value < 2 ** 31);
}

/** How Kubernetes names the place inside a sentence. */
export function inBody(path: string): string {
  return path ? `${path} in body` : '<nil> in body';
}
