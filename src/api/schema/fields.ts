/**
 * Building blocks of our schemas: TypeBox values that are structural schemas in Kubernetes' sense. Every field says what it is
 * for, because `kubectl explain` shows exactly this.
 */
import { type Static, type TProperties, type TSchema, Type } from 'typebox';

type Extra = Readonly<Record<string, unknown>>;

export const text = (description: string, extra: Extra = {}) => Type.String({ description, ...extra });
export const integer = (description: string, extra: Extra = {}) =>
  Type.Unsafe<number>({ type: 'integer', description, ...extra });
export const flag = (description: string, extra: Extra = {}) => Type.Boolean({ description, ...extra });
export const time = (description: string) => Type.Unsafe<string>({ type: 'string', format: 'date-time', description });

/** One of a few words. `Type.Enum` would leave out `type: string`, which is not structural. */
export function choice<const T extends string>(values: readonly T[], description: string, extra: Extra = {}) {
  return Type.Unsafe<T>({ type: 'string', enum: [...values], description, ...extra });
}

export function list<T extends TSchema>(items: T, description: string, extra: Extra = {}) {
  return Type.Array(items, { description, ...extra });
}

/** A list whose entries are told apart by `keys`; server-side apply merges it per entry. */
export function listByKey<T extends TSchema>(
  items: T,
  keys: readonly string[],
  description: string,
  extra: Extra = {},
) {
  const mapping = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [...keys] };
  return Type.Array(items, { description, ...mapping, ...extra });
}

export const textMap = (description: string, extra: Extra = {}) =>
  Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: { type: 'string' },
    description,
    ...extra,
  });

export const numberMap = (description: string) =>
  Type.Unsafe<Record<string, number>>({ type: 'object', additionalProperties: { type: 'integer' }, description });

export function group<T extends TProperties>(properties: T, description: string, extra: Extra = {}) {
  return Type.Object(properties, { description, ...extra });
}

export const optional = Type.Optional;
export type Shape<T extends TSchema> = Static<T>;

/** A rule in CEL; the server evaluates it, the message is what a person reads. */
export function rules(...pairs: readonly (readonly [rule: string, message: string])[]): Extra {
  return { 'x-kubernetes-validations': pairs.map(([rule, message]) => ({ rule, message })) };
}
