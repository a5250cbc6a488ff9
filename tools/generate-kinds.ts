/**
 * Writes src/apiserver/kinds/generated/schemas.ts: the schemas of the built-in Kubernetes kinds, read from the type
 * declarations of the development dependency `kubernetes-types` (Apache-2.0, see NOTICE).
 *
 * Run: node_modules/.bin/node tools/generate-kinds.ts [--check]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import ts from 'typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const types = join(root, 'node_modules/kubernetes-types');
const target = join(root, 'src/apiserver/kinds/generated/schemas.ts');

/** Top-level types to start from, as `file:Type`. Everything they mention comes along. */
const ROOTS = [
  'core/v1:Namespace Service Pod Endpoints ConfigMap Secret ServiceAccount Node Event',
  'discovery/v1:EndpointSlice',
  'events/v1:Event',
  'coordination/v1:Lease',
  'apps/v1:Deployment ReplicaSet StatefulSet ControllerRevision',
  'autoscaling/v1:Scale',
  'autoscaling/v2:HorizontalPodAutoscaler',
  'rbac/v1:Role RoleBinding ClusterRole ClusterRoleBinding',
  'apiextensions/v1:CustomResourceDefinition',
  'policy/v1:Eviction',
  'core/v1:Binding',
  'meta/v1:DeleteOptions ListMeta Status',
].flatMap((line) => {
  const [file = '', names = ''] = line.split(':');
  return names.split(' ').map((name) => ({ file, name }));
});

/** How upstream's OpenAPI names the package of a file. */
function packageOf(file: string): string {
  const [group = '', version = ''] = file.split('/');
  if (group === 'meta') return `io.k8s.apimachinery.pkg.apis.meta.${version}`;
  if (group === 'api') return 'io.k8s.apimachinery.pkg.api.resource';
  if (group === 'runtime.d') return 'io.k8s.apimachinery.pkg.runtime';
  if (group === 'runtime') return 'io.k8s.apimachinery.pkg.runtime';
  if (group === 'apiextensions') return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}`;
  return `io.k8s.api.${group}.${version}`;
}

interface Schema {
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  required?: string[];
  $ref?: string;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** Types whose declaration says too little: any JSON value below them. */
const OPAQUE: Record<string, Schema> = {
  'runtime:RawExtension': { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'meta/v1:FieldsV1': { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'apiextensions/v1:JSON': { 'x-kubernetes-preserve-unknown-fields': true },
  'apiextensions/v1:JSONSchemaProps': { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'api/resource:Quantity': { 'x-kubernetes-int-or-string': true },
  'meta/v1:Time': { type: 'string', format: 'date-time' },
  'meta/v1:MicroTime': { type: 'string', format: 'date-time' },
};

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

interface Source {
  readonly declarations: Map<string, Declaration>;
  /** Imported name → file it comes from. */
  readonly imports: Map<string, string>;
}

const sources = new Map<string, Source>();

function sourceOf(file: string): Source {
  const known = sources.get(file);
  if (known) return known;
  const path = join(types, `${file}.d.ts`);
  const parsed = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const source: Source = { declarations: new Map(), imports: new Map() };
  for (const statement of parsed.statements) {
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      source.declarations.set(statement.name.text, statement);
    } else if (ts.isImportDeclaration(statement)) readImport(file, statement, source);
  }
  sources.set(file, source);
  return source;
}

function readImport(file: string, statement: ts.ImportDeclaration, source: Source): void {
  const from = posix.join(posix.dirname(file), (statement.moduleSpecifier as ts.StringLiteral).text);
  const bindings = statement.importClause?.namedBindings;
  if (bindings && ts.isNamedImports(bindings)) {
    for (const element of bindings.elements) source.imports.set(element.name.text, from);
  }
}

const schemas: Record<string, Schema> = {};
const docs: Record<string, [string, Record<string, string>]> = {};

/** @returns the name under which the type's schema is kept */
function visit(file: string, name: string): string {
  const from = sourceOf(file).imports.get(name);
  if (from) return visit(from, name);
  const id = `${packageOf(file)}.${name}`;
  if (schemas[id]) return id;
  const opaque = OPAQUE[`${file}:${name}`];
  const declaration = sourceOf(file).declarations.get(name);
  if (!declaration) throw new Error(`read ${file}.d.ts: no type ${name}`);
  docs[id] = [docOf(declaration), {}];
  if (opaque) schemas[id] = opaque;
  else if (ts.isInterfaceDeclaration(declaration)) readInterface(file, id, declaration);
  else schemas[id] = schemaOf(file, declaration.type);
  return id;
}

function readInterface(file: string, id: string, declaration: ts.InterfaceDeclaration): void {
  const schema: Schema = { type: 'object', properties: {} };
  schemas[id] = schema;
  const required: string[] = [];
  for (const member of declaration.members) {
    if (!ts.isPropertySignature(member) || !member.type) continue;
    const name = (member.name as ts.Identifier | ts.StringLiteral).text;
    (schema.properties ??= {})[name] = schemaOf(file, member.type);
    if (!member.questionToken) required.push(name);
    const doc = docOf(member);
    if (doc) docs[id]![1][name] = doc;
  }
  if (required.length > 0) schema.required = required;
}

function docOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .map((doc) => (typeof doc.comment === 'string' ? doc.comment : (ts.getTextOfJSDocComment(doc.comment) ?? '')))
    .join('\n');
}

function schemaOf(file: string, type: ts.TypeNode): Schema {
  if (ts.isUnionTypeNode(type)) return { 'x-kubernetes-int-or-string': true };
  if (ts.isTypeLiteralNode(type)) return mapOf(file, type);
  if (ts.isTypeReferenceNode(type)) return referenceTo(file, type);
  if (ts.isArrayTypeNode(type)) return { type: 'array', items: schemaOf(file, type.elementType) };
  if (ts.isLiteralTypeNode(type)) return { type: 'string' };
  if (type.kind === ts.SyntaxKind.StringKeyword) return { type: 'string' };
  if (type.kind === ts.SyntaxKind.BooleanKeyword) return { type: 'boolean' };
  // Every number of these kinds is an integer; the fractional ones are inside JSONSchemaProps, which is opaque.
  if (type.kind === ts.SyntaxKind.NumberKeyword) return { type: 'integer' };
  throw new Error(`read ${file}.d.ts: cannot express ${type.getText()}`);
}

function mapOf(file: string, type: ts.TypeLiteralNode): Schema {
  const [member] = type.members;
  if (!member || !ts.isIndexSignatureDeclaration(member)) {
    return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  }
  return { type: 'object', additionalProperties: schemaOf(file, member.type) };
}

function referenceTo(file: string, type: ts.TypeReferenceNode): Schema {
  const name = (type.typeName as ts.Identifier).text;
  const [argument] = type.typeArguments ?? [];
  if (name === 'Array' && argument) return { type: 'array', items: schemaOf(file, argument) };
  return { $ref: visit(file, name) };
}

/** Backslashes and backquotes of the JSON text, made safe inside a template literal. */
function quoted(text: string): string {
  return `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``;
}

function render(): string {
  for (const { file, name } of ROOTS) visit(file, name);
  const packed = brotliCompressSync(JSON.stringify(docs), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
  return [
    '// Generated by tools/generate-kinds.ts from kubernetes-types (Apache-2.0, The Kubernetes Authors). Do not edit.',
    '/** JSON: definition name → schema with `$ref` to other names. */',
    `export const schemaText = ${quoted(JSON.stringify(schemas))};`,
    '/** Base64 of Brotli of JSON: definition name → [description, { field: description }]. */',
    `export const docsText = '${packed.toString('base64')}';`,
    '',
  ].join('\n');
}

const text = render();
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error(`${target} is not what tools/generate-kinds.ts writes; run it without --check`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  console.log(`${Object.keys(schemas).length} schemas, ${Math.round(text.length / 1024)} KiB → ${target}`);
}
