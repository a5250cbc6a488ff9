/** A schema as types of CEL, and a value as CEL sees it: whole numbers are `int`, times are timestamps, objects have fields. */
import { Environment } from '@marcbachmann/cel-js';
import { isArray, isObject, type Json, own, type Schema } from '#objects/index.ts';

export interface CelType {
  /** `int`, `list<string>`, a name of its own for an object. */
  readonly name: string;
  readonly toCel: (value: Json) => unknown;
}

const DYN: CelType = { name: 'dyn', toCel: anyToCel };
const SCALARS: Readonly<Record<string, CelType>> = {
  string: { name: 'string', toCel: (value) => value },
  boolean: { name: 'bool', toCel: (value) => value },
  integer: { name: 'int', toCel: (value) => BigInt(value as number) },
  number: { name: 'double', toCel: (value) => value },
};
const durations = new Environment().registerVariable('text', 'string').parse('duration(text)');
const FORMATS: Readonly<Record<string, CelType>> = {
  'date-time': { name: 'google.protobuf.Timestamp', toCel: (value) => new Date(value as string) },
  date: { name: 'google.protobuf.Timestamp', toCel: (value) => new Date(`${value as string}T00:00:00Z`) },
  duration: { name: 'google.protobuf.Duration', toCel: (value) => durations({ text: value }) as unknown },
  byte: { name: 'bytes', toCel: (value) => new Uint8Array(Buffer.from(value as string, 'base64')) },
};

/** Registers what the schema needs. @param isRoot of a whole object: of its metadata only the name is seen */
export function declareType(env: Environment, schema: Schema, isRoot = false): CelType {
  const type = bareType(env, isRoot ? asRoot(schema) : schema);
  // What may be null can be compared with null, which a scalar of CEL cannot.
  return schema.nullable ? { name: 'dyn', toCel: nullOr(type.toCel) } : { ...type, toCel: nullOr(type.toCel) };
}

function bareType(env: Environment, schema: Schema): CelType {
  if (schema['x-kubernetes-int-or-string']) return DYN;
  const root = schema['x-kubernetes-embedded-resource'] ? asRoot(schema) : schema;
  if (root.type === 'array') return listType(env, root);
  if (root.type === 'object' && root.properties) return objectType(env, root.properties);
  if (root.type === 'object' && typeof root.additionalProperties === 'object') {
    return mapType(declareType(env, root.additionalProperties));
  }
  const { type = '', format = '' } = root;
  return (type === 'string' ? FORMATS[format] : undefined) ?? SCALARS[type] ?? DYN;
}

function listType(env: Environment, { items = {} }: Schema): CelType {
  const item = declareType(env, items);
  return { name: `list<${item.name}>`, toCel: (value) => (isArray(value) ? value.map(item.toCel) : value) };
}

function mapType(value: CelType): CelType {
  return {
    name: `map<string, ${value.name}>`,
    toCel: (map) =>
      isObject(map) ? new Map(Object.entries(map).map(([key, one]) => [key, value.toCel(one as Json)])) : map,
  };
}

let count = 0;

function objectType(env: Environment, properties: Readonly<Record<string, Schema>>): CelType {
  const fields = Object.entries(properties).map(([key, schema]) => ({
    key,
    as: escaped(key),
    type: declareType(env, schema),
  }));
  /** A class for each type: CEL tells types by their constructors. */
  class CelObject {
    constructor(value: Json) {
      for (const { key, as, type } of fields) {
        const inner = isObject(value) ? own(value, key) : undefined;
        if (inner !== undefined && as) Object.defineProperty(this, as, { value: type.toCel(inner), enumerable: true });
      }
    }
  }
  const name = `Object${(count += 1)}`;
  const declared = fields.flatMap(({ as, type }) => (as ? [[as, type.name] as const] : []));
  env.registerType(name, { ctor: CelObject, fields: Object.fromEntries(declared) });
  return { name, toCel: (value) => new CelObject(value) };
}

function asRoot(schema: Schema): Schema {
  const text: Schema = { type: 'string' };
  const metadata: Schema = { type: 'object', properties: { name: text, generateName: text } };
  return { ...schema, type: 'object', properties: { ...schema.properties, apiVersion: text, kind: text, metadata } };
}

function nullOr(toCel: CelType['toCel']): CelType['toCel'] {
  return (value) => (value === null ? null : toCel(value));
}

function anyToCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (isArray(value)) return value.map(anyToCel);
  if (!isObject(value)) return value;
  return new Map(Object.entries(value).map(([key, one]) => [key, anyToCel(one as Json)]));
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const PARTS: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** How a field is called in a rule; undefined for a name that cannot be written. Source: "Validation rules" of Kubernetes' documentation. */
export function escaped(key: string): string | undefined {
  if (RESERVED.has(key)) return `__${key}__`;
  const text = key.replaceAll(/__|[.\-/]/g, (part) => PARTS[part] ?? part);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? text : undefined;
}
