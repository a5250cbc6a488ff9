/** What this server would make of an object that somebody creates, without one that runs. */
import { type Clock, isFault, uuid } from '#kit/index.ts';
import {
  asJson,
  createMemoryStore,
  invalid,
  type JsonObject,
  type KubeObject,
  type Result,
  refused,
} from '#objects/index.ts';
import { ApiError, badRequest } from './http/api-error.ts';
import { customKind } from './kinds/custom.ts';
import type { Asked } from './kinds/kind.ts';
import { createRules } from './write/rules.ts';
import { createWriter } from './write/writer.ts';

/**
 * @param definitions CustomResourceDefinitions, one of which has the object's kind
 * @returns the object with its defaults, or what is wrong with it by field path, unknown fields among it
 */
export function judgeObject(definitions: readonly KubeObject[], object: KubeObject, clock: Clock): Result<KubeObject> {
  try {
    const { namespace, ...metadata } = object.metadata;
    const asked = askedFor(definitions, object, namespace);
    const writer = createWriter({
      store: withNamespace(namespace),
      clock,
      newUid: () => uuid(clock),
      rules: createRules({}),
    });
    const request = { manager: 'judge', dryRun: true, fieldValidation: 'Strict' as const, warnings: [] };
    const body = asJson({ ...object, metadata: { ...metadata, ...(namespace !== undefined && { namespace }) } });
    return { ok: true, value: writer.create(asked, namespace, body as JsonObject, request) };
  } catch (error) {
    if (!isFault(error, 'apiserver/refused')) throw error;
    return refused(...problemsOf(error));
  }
}

function problemsOf(error: unknown) {
  const { details, message } = error as ApiError;
  const causes = details?.causes ?? [];
  if (causes.length === 0) return [invalid('', message)];
  return causes.map((cause) => invalid(cause.field ?? '', cause.message));
}

function askedFor(definitions: readonly KubeObject[], { apiVersion, kind }: KubeObject, namespace?: string): Asked {
  const [group = '', wanted = ''] = apiVersion.split('/');
  const kinds = definitions.map((definition) => customKind(asJson(definition) as JsonObject));
  const known = kinds.find(({ type }) => type.group === group && type.kind === kind);
  const version = known?.versions.find(({ name, served }) => name === wanted && served);
  if (!known || !version) throw badRequest(`no matches for kind "${kind}" in version "${apiVersion}"`);
  if (known.type.namespaced && !namespace) throw badRequest('metadata.namespace: Required value');
  return { kind: known, version, type: { ...known.type, version: wanted } };
}

/** Namespaces are somebody else's to judge. */
function withNamespace(name: string | undefined) {
  const store = createMemoryStore();
  if (name !== undefined)
    store.create({ resource: 'namespaces', name }, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return store;
}
