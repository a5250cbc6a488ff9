/** OpenAPI v3, one document per group version: what `kubectl explain` and `kubectl apply` read. */
import { createHash } from 'node:crypto';
import { apiVersionOf, type JsonObject, type Schema } from '#objects/index.ts';
import { definitions, describedDefinitions } from '../kinds/definitions.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';

/** @returns undefined when there is no such document */
export function serveOpenApi(registry: Registry, pathname: string): JsonObject | undefined {
  if (pathname === '/openapi/v3') return index(registry);
  const [, path] = /^\/openapi\/v3\/(api\/v1|apis\/[^/]+\/[^/]+)$/.exec(pathname) ?? [];
  if (!path) return undefined;
  const [group = '', version = 'v1'] = path === 'api/v1' ? ['', 'v1'] : path.split('/').slice(1);
  return document(registry, group, version);
}

function index(registry: Registry): JsonObject {
  const paths = [...registry.groups()].flatMap(([group, versions]) =>
    versions.map((version) => {
      const path = group ? `apis/${group}/${version}` : `api/${version}`;
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(registry, group, version)}` }] as const;
    }),
  );
  return { paths: Object.fromEntries(paths) };
}

/** Clients cache a document by its hash. */
function hashOf(registry: Registry, group: string, version: string): string {
  const schemas = kindsOf(registry, group, version).map(
    (kind) => kind.versions.find(({ name }) => name === version)?.schema,
  );
  return createHash('sha256').update(JSON.stringify(schemas)).digest('hex').slice(0, 32).toUpperCase();
}

function document(registry: Registry, group: string, version: string): JsonObject | undefined {
  const kinds = kindsOf(registry, group, version);
  if (kinds.length === 0) return undefined;
  const schemas: Record<string, unknown> = {};
  const paths: Record<string, unknown> = {};
  const described = describedDefinitions();
  for (const kind of kinds) {
    const name = addSchemas(schemas, described, kind, group, version);
    Object.assign(paths, pathsOf(kind, group, version, name));
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths: paths as JsonObject,
    components: { schemas: schemas as JsonObject },
  };
}

function kindsOf(registry: Registry, group: string, version: string): Kind[] {
  return registry
    .kinds()
    .filter(({ type, versions }) => type.group === group && versions.some((one) => one.name === version && one.served));
}

function addSchemas(
  into: Record<string, unknown>,
  described: Record<string, Schema>,
  kind: Kind,
  group: string,
  version: string,
): string {
  const gvk = [{ group, version, kind: kind.type.kind }];
  const builtin = Object.keys(definitions()).find(
    (id) => kind.isStrategic && id.endsWith(`.${version}.${kind.type.kind}`) && isOfGroup(id, group),
  );
  const name = builtin ?? `${group.split('.').reverse().join('.')}.${version}.${kind.type.kind}`;
  const own = builtin ? described[builtin] : kind.versions.find((one) => one.name === version)?.schema;
  into[name] = { ...withPaths(own ?? {}), 'x-kubernetes-group-version-kind': gvk };
  if (builtin) addReferences(into, described, own ?? {});
  return name;
}

function isOfGroup(id: string, group: string): boolean {
  const short = group === '' ? 'core' : group.split('.')[0];
  return id.split('.').at(-3) === short;
}

function addReferences(into: Record<string, unknown>, described: Record<string, Schema>, schema: unknown): void {
  for (const id of referencesIn(schema)) {
    if (into[id]) continue;
    into[id] = withPaths(described[id] ?? {});
    addReferences(into, described, described[id]);
  }
}

function referencesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(referencesIn);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : referencesIn(value),
  );
}

/** References as OpenAPI writes them; words beside one are allowed only through `allOf`. */
function withPaths<T>(value: T): T;
function withPaths(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPaths);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Record<string, unknown>);
  const reference = (value as { $ref?: unknown }).$ref;
  if (typeof reference !== 'string') return Object.fromEntries(entries.map(([key, inner]) => [key, withPaths(inner)]));
  const beside = entries.filter(([key]) => key !== '$ref').map(([key, inner]) => [key, withPaths(inner)]);
  return { ...Object.fromEntries(beside), allOf: [{ $ref: `#/components/schemas/${reference}` }] };
}

function pathsOf({ type }: Kind, group: string, version: string, schema: string): Record<string, unknown> {
  const root = group ? `/apis/${apiVersionOf({ group, version })}` : `/api/${version}`;
  const gvk = { group, version, kind: type.kind };
  const operation = (action: string) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    parameters: ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
      name,
      in: 'query',
      schema: { type: 'string' },
    })),
    responses: {
      200: {
        description: 'OK',
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
      },
    },
  });
  const list = type.namespaced ? `${root}/namespaces/{namespace}/${type.plural}` : `${root}/${type.plural}`;
  return {
    [list]: { get: operation('list'), post: operation('post') },
    [`${list}/{name}`]: {
      get: operation('get'),
      put: operation('put'),
      patch: operation('patch'),
      delete: operation('delete'),
    },
  };
}
