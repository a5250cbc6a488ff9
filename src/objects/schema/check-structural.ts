import { deepEqual } from '../equal.ts';
import { fieldPath } from '../field-path.ts';
import { isArray, type Json } from '../json.ts';
import { invalid, type Problem, problemText } from '../problem.ts';
import { compilePattern } from './pattern.ts';
import { prune } from './prune.ts';
import { MAX_DEPTH, type Schema } from './schema.ts';
import { shapeOfSchemas } from './schema-shape.ts';
import { validate } from './validate.ts';

/**
 * Whether a CRD may have this schema: structural, as "Specifying a structural schema" in Kubernetes' documentation of
 * CustomResourceDefinitions says. `schema` comes from outside and may be of any shape.
 *
 * @param path where it stands: `spec.versions[0].schema.openAPIV3Schema`
 */
export function checkStructural(schema: Schema, path = ''): readonly Problem[] {
  const shape = validate(shapeOfSchemas.schema, schema as Json, shapeOfSchemas.lookup);
  if (shape.length > 0) return shape.map((problem) => ({ ...problem, path: fieldPath(path, problem.path) }));
  if (schema.type !== 'object') {
    return [invalid(`${path}.type`, `Invalid value: ${JSON.stringify(schema.type ?? '')}: must be object at the root`)];
  }
  return [...checkRootMetadata(schema, path), ...checkNode(schema, path, 'root', 0)];
}

function checkRootMetadata(schema: Schema, path: string): Problem[] {
  const allowed = new Set(['name', 'generateName']);
  return Object.keys(schema.properties?.metadata?.properties ?? {})
    .filter((key) => !allowed.has(key))
    .map((key) =>
      forbidden(
        `${path}.properties[metadata].properties[${key}]`,
        'must not specify anything other than name and generateName',
      ),
    );
}

const TYPES = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean']);
const FORBIDDEN = ['$ref', 'definitions', 'dependencies', 'patternProperties', 'additionalItems', 'id', 'deprecated'];

type Place = 'root' | 'object fields' | 'array items' | 'map values';

function checkNode(schema: Schema, path: string, place: Place, depth: number): Problem[] {
  if (depth > MAX_DEPTH) return [invalid(path, `Invalid value: nested deeper than ${MAX_DEPTH} levels`)];
  return [
    ...checkTypeWord(schema, path, place),
    ...checkForbidden(schema, path),
    ...checkExtensions(schema, path),
    ...checkDefault(schema, path),
    ...checkBranches(schema, path),
    ...checkChildren(schema, path, depth),
  ];
}

function checkTypeWord(schema: Schema, path: string, place: Place): Problem[] {
  const { type } = schema;
  const at = `${path}.type`;
  const isFree = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  if (!type) return isFree ? [] : [required(at, `must not be empty for specified ${place}`)];
  if (schema['x-kubernetes-int-or-string']) {
    return [invalid(at, `Invalid value: "${type}": must be empty if x-kubernetes-int-or-string is true`)];
  }
  if (TYPES.has(type)) return [];
  const allowed = [...TYPES].map((t) => `"${t}"`).join(', ');
  const message = `Unsupported value: ${JSON.stringify(type)}: supported values: ${allowed}`;
  return [{ path: at, reason: 'FieldValueNotSupported', message }];
}

function checkForbidden(schema: Schema, path: string): Problem[] {
  const problems = FORBIDDEN.filter((word) => Object.hasOwn(schema, word)).map((word) =>
    forbidden(`${path}.${word}`, `${word} is not supported`),
  );
  if (schema.uniqueItems) {
    problems.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  if (schema.properties && schema.additionalProperties) {
    problems.push(
      forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutually exclusive'),
    );
  }
  if (schema.type === 'array' && !schema.items) problems.push(required(`${path}.items`, 'must be specified'));
  if (schema.pattern !== undefined && !compilePattern(schema.pattern)) {
    problems.push(
      invalid(
        `${path}.pattern`,
        `Invalid value: ${JSON.stringify(schema.pattern)}: must be a valid regular expression`,
      ),
    );
  }
  return problems;
}

function checkExtensions(schema: Schema, path: string): Problem[] {
  const preserve = 'x-kubernetes-preserve-unknown-fields';
  const embedded = 'x-kubernetes-embedded-resource';
  const problems: Problem[] = [];
  if (schema[preserve] === false) {
    problems.push(invalid(`${path}.${preserve}`, 'Invalid value: false: must be true or undefined'));
  }
  if (schema[embedded] && schema.type !== 'object') {
    problems.push(invalid(`${path}.type`, `Invalid value: must be object if ${embedded} is true`));
  }
  if (schema[embedded] && !schema[preserve] && !schema.properties) {
    problems.push(required(`${path}.properties`, `must not be empty if ${embedded} is true without ${preserve}`));
  }
  return [...problems, ...checkListWords(schema, path)];
}

function checkListWords(schema: Schema, path: string): Problem[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (listType !== undefined && schema.type !== 'array') {
    return [invalid(`${path}.type`, 'Invalid value: must be array if x-kubernetes-list-type is specified')];
  }
  if (listType !== 'map') {
    return keys ? [forbidden(at, 'must be empty unless x-kubernetes-list-type is map')] : [];
  }
  if (!keys?.length) return [required(at, 'must not be empty if x-kubernetes-list-type is map')];
  return keys.flatMap((key, i) => checkMapKey(schema.items ?? {}, key, `${at}[${i}]`));
}

function checkMapKey(items: Schema, key: string, path: string): Problem[] {
  const field = items.properties?.[key];
  if (!field) return [invalid(path, `Invalid value: "${key}": entries must all be names of item properties`)];
  if (field.type === 'object' || field.type === 'array') {
    return [invalid(path, `Invalid value: "${key}": must be a scalar if parent array's x-kubernetes-list-type is map`)];
  }
  if (items.required?.includes(key) || field.default !== undefined) return [];
  return [
    required(
      path,
      `"${key}": this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ),
  ];
}

function checkDefault(schema: Schema, path: string): Problem[] {
  if (schema.default === undefined) return [];
  const at = `${path}.default`;
  const shown = JSON.stringify(schema.default);
  const { value, pruned } = prune(schema, schema.default);
  if (!deepEqual(value, schema.default)) {
    return [invalid(at, `Invalid value: ${shown}: must not have unknown fields: ${pruned.join(', ')}`)];
  }
  return validate(schema, schema.default).map((p) => invalid(at, `Invalid value: ${shown}: ${problemText(p)}`));
}

const BRANCH_FORBIDDEN = ['description', 'type', 'default', 'title', 'nullable', 'additionalProperties'] as const;

/** Inside allOf, anyOf, oneOf and not only values are judged; the structure is given outside. */
function checkBranches(schema: Schema, path: string): Problem[] {
  const lists = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((word) =>
    (schema[word] ?? []).map((branch, i) => [branch, `${path}.${word}[${i}]`] as const),
  );
  const branches = schema.not ? [...lists, [schema.not, `${path}.not`] as const] : lists;
  return branches.flatMap(([branch, at]) => checkBranch(branch, schema, at));
}

function checkBranch(branch: Schema, structure: Schema, path: string): Problem[] {
  const words = BRANCH_FORBIDDEN.filter((word) => branch[word] !== undefined)
    .filter((word) => word !== 'type' || !structure['x-kubernetes-int-or-string'])
    .map((word) => forbidden(`${path}.${word}`, `must be empty to be structural`));
  const fields = Object.entries(branch.properties ?? {}).flatMap(([key, child]) => {
    const at = `${path}.properties[${key}]`;
    const outside = structure.properties?.[key] ?? additional(structure);
    return outside
      ? checkBranch(child, outside, at)
      : [required(at.replace(/\.(allOf|anyOf|oneOf)\[\d+\]|\.not/, ''), `because it is defined in ${at}`)];
  });
  const items = branch.items && structure.items ? checkBranch(branch.items, structure.items, `${path}.items`) : [];
  return [...words, ...fields, ...items];
}

function additional({ additionalProperties }: Schema): Schema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function checkChildren(schema: Schema, path: string, depth: number): Problem[] {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([key, child]) =>
    checkNode(child, `${path}.properties[${key}]`, 'object fields', depth + 1),
  );
  const values = additional(schema);
  const inMap = values ? checkNode(values, `${path}.additionalProperties`, 'map values', depth + 1) : [];
  return [...fields, ...inMap, ...checkItems(schema.items, path, depth)];
}

function checkItems(items: Schema | undefined, path: string, depth: number): Problem[] {
  if (items === undefined) return [];
  if (isArray(items as Json)) return [forbidden(`${path}.items`, 'items must be a schema object and not an array')];
  return checkNode(items, `${path}.items`, 'array items', depth + 1);
}

function required(path: string, why: string): Problem {
  return { path, reason: 'FieldValueRequired', message: `Required value: ${why}` };
}

function forbidden(path: string, why: string): Problem {
  return { path, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` };
}
