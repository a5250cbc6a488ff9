import { fieldPath, indexPath } from '../field-path.ts';
import { isArray, isObject, type Json, type JsonArray, type JsonObject, own } from '../json.ts';
import { invalid, type Problem } from '../problem.ts';
import { checkBounds } from './bounds.ts';
import { childSchema } from './child-schema.ts';
import { checkCombinations } from './combinations.ts';
import { checkListType } from './list-type.ts';
import { type Resolve, resolverOf } from './resolve.ts';
import { MAX_DEPTH, type Schema, type SchemaLookup } from './schema.ts';
import { checkType } from './type-check.ts';

/** What is wrong with a value, in Kubernetes' words; empty when nothing is. Unknown fields are {@link prune}'s matter. */
export function validate(schema: Schema, value: Json, lookup?: SchemaLookup): readonly Problem[] {
  return validateAt(resolverOf(lookup), schema, value, '', 0);
}

function validateAt(resolve: Resolve, unresolved: Schema, value: Json, path: string, depth: number): Problem[] {
  if (depth > MAX_DEPTH) return [invalid(path, `Invalid value: nested deeper than ${MAX_DEPTH} levels`)];
  const schema = resolve(unresolved);
  if (value === null && schema.nullable) return [];
  const wrongType = checkType(schema, value, path);
  if (wrongType) return [wrongType];
  const inside = (child: Schema, v: Json, at: string) => validateAt(resolve, child, v, at, depth + 1);
  return [
    ...checkBounds(schema, value, path),
    ...checkCombinations(schema, path, (branch) => inside(branch, value, path)),
    ...(isObject(value) ? validateFields(schema, value, path, inside) : []),
    ...(isArray(value) ? validateItems(schema, value, path, inside) : []),
  ];
}

type Inside = (schema: Schema, value: Json, path: string) => Problem[];

function validateFields(schema: Schema, value: JsonObject, path: string, inside: Inside): Problem[] {
  const missing = (schema.required ?? [])
    .filter((key) => own(value, key) === undefined)
    .map((key): Problem => ({ path: fieldPath(path, key), reason: 'FieldValueRequired', message: 'Required value' }));
  const wrong = Object.entries(value).flatMap(([key, field]) => {
    const child = childSchema(schema, key);
    return child && field !== undefined ? inside(child, field, fieldPath(path, key)) : [];
  });
  return [...missing, ...wrong];
}

function validateItems(schema: Schema, value: JsonArray, path: string, inside: Inside): Problem[] {
  const { items } = schema;
  const wrong = items ? value.flatMap((item, i) => inside(items, item, indexPath(path, i))) : [];
  return [...wrong, ...checkListType(schema, value, path)];
}
