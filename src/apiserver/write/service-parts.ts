/** A Service that no schema has looked at yet, read with care. */
import { isObject, type JsonObject, type Problem } from '#objects/index.ts';

export function specOf(object: JsonObject): JsonObject {
  return isObject(object.spec) ? object.spec : {};
}

export function portsOf(object: JsonObject): JsonObject[] {
  const { ports } = specOf(object);
  return Array.isArray(ports) ? ports.filter(isObject) : [];
}

export function invalid(path: string, value: unknown, why: string): Problem {
  return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value ?? null)}: ${why}` };
}

export function immutable(path: string, value: unknown): Problem {
  return invalid(path, value, 'may not change once set');
}

export function required(path: string): Problem {
  return { path, reason: 'FieldValueRequired', message: 'Required value' };
}
