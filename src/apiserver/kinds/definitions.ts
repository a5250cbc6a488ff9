/** Schemas of the built-in kinds: what the type declarations say, joined with our marks; texts are unpacked only when asked for. */
import { brotliDecompressSync } from 'node:zlib';
import { objectMetaSchema, type Schema, type SchemaLookup } from '#objects/index.ts';
import { docsText, schemaText } from './generated/schemas.ts';
import { MARKERS } from './markers.ts';

export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

let marked: Record<string, Schema> | undefined;

/** Definition name → schema with `$ref` to other names. */
export function definitions(): Readonly<Record<string, Schema>> {
  marked ??= join(JSON.parse(schemaText) as Record<string, Schema>);
  return marked;
}

export const lookupDefinition: SchemaLookup = (ref) => definitions()[ref.replace('#/components/schemas/', '')];

type Docs = Record<string, [text: string, fields: Record<string, string>]>;

/** The same, with descriptions, for OpenAPI. */
export function describedDefinitions(): Record<string, Schema> {
  const docs = JSON.parse(brotliDecompressSync(Buffer.from(docsText, 'base64')).toString()) as Docs;
  return Object.fromEntries(Object.entries(definitions()).map(([id, schema]) => [id, described(schema, docs[id])]));
}

function described(schema: Schema, [description, fields]: Docs[string] = ['', {}]): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    fields[name] ? { ...field, description: fields[name] } : field,
  ]);
  return {
    ...schema,
    ...(description && { description }),
    ...(schema.properties && { properties: Object.fromEntries(properties) as Record<string, Schema> }),
  };
}

function join(schemas: Record<string, Schema>): Record<string, Schema> {
  const joined = Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withMarks(id, schema)]));
  return { ...joined, [`${META}.ObjectMeta`]: objectMetaSchema };
}

function withMarks(id: string, schema: Schema): Schema {
  const marks = marksOf(id);
  if (!marks) return schema;
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, field]) => [name, { ...field, ...marks[name] }]),
  );
  return { ...schema, ...(schema.properties && { properties }), ...marks['*'] };
}

/** `io.k8s.api.core.v1.PodSpec` → the marks of core's PodSpec. */
function marksOf(id: string): Record<string, Schema> | undefined {
  const parts = id.split('.');
  const type = parts.at(-1) ?? '';
  return MARKERS[parts.at(-3) ?? '']?.[type];
}
