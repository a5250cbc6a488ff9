/** Why a CustomResourceDefinition cannot be served. */
import {
  checkStructural,
  isObject,
  type Json,
  type JsonObject,
  jsonPath,
  type Problem,
  type Schema,
  textOf,
} from '#objects/index.ts';
import { buildRules } from '../cel/rule-tree.ts';
import type { CrdSpec, CrdVersion } from './custom.ts';
import { isEstablished } from './definition-status.ts';

type IsBuiltin = (group: string, plural: string, kind: string) => boolean;

const LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const KIND = /^[A-Za-z]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const GROUP = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;

/** @param crd in the shape that its schema asks for */
export function checkDefinition(
  crd: JsonObject,
  before: JsonObject | undefined,
  isBuiltin: IsBuiltin,
): readonly Problem[] {
  const spec = crd.spec as unknown as CrdSpec;
  const name = isObject(crd.metadata) ? crd.metadata.name : undefined;
  return [
    ...checkNames(spec, name, isBuiltin),
    ...checkVersions(spec),
    ...checkStored(spec, crd.status),
    ...checkUnchanged(crd, before),
    ...spec.versions.flatMap((version, i) => checkVersion(version, `spec.versions[${i}]`)),
  ];
}

function checkNames({ group, names }: CrdSpec, name: Json | undefined, isBuiltin: IsBuiltin): Problem[] {
  const problems: Problem[] = [];
  if (name !== `${names.plural}.${group}`)
    problems.push(bad('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  if (!GROUP.test(group)) problems.push(bad('spec.group', group, 'should be a domain with at least one dot'));
  if (!LABEL.test(names.plural)) problems.push(bad('spec.names.plural', names.plural, 'must be a DNS-1035 label'));
  if (!KIND.test(names.kind))
    problems.push(bad('spec.names.kind', names.kind, 'must be a DNS-1035 label, in any case'));
  if (isBuiltin(group, names.plural, names.kind))
    problems.push(bad('spec.names', names.plural, `the server itself serves ${names.kind} of ${group}`));
  return problems;
}

function checkVersions({ versions, conversion }: CrdSpec): Problem[] {
  const problems: Problem[] = [];
  if (versions.filter((version) => version.storage).length !== 1) {
    const message = 'Invalid value: must have exactly one version marked as storage version';
    problems.push({ path: 'spec.versions', reason: 'FieldValueInvalid', message });
  }
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    problems.push({
      path: 'spec.versions',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: must contain unique version names',
    });
  }
  if (conversion?.strategy && conversion.strategy !== 'None') {
    const message = `Unsupported value: "${conversion.strategy}": supported values: "None"`;
    problems.push({ path: 'spec.conversion.strategy', reason: 'FieldValueNotSupported', message });
  }
  return problems;
}

/** What a version has written stays readable until somebody has written it anew in another and says so in the status. */
function checkStored({ versions }: CrdSpec, status: Json | undefined): Problem[] {
  const stored = isObject(status) && Array.isArray(status.storedVersions) ? status.storedVersions : [];
  const problems = stored.flatMap((version, i) =>
    versions.some(({ name }) => name === version)
      ? []
      : [
          bad(
            `status.storedVersions[${i}]`,
            version,
            `missing from spec.versions; ${textOf(version)} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${textOf(version)} and removes ${textOf(version)} from status.storedVersions`,
          ),
        ],
  );
  const storage = versions.find((version) => version.storage)?.name;
  if (storage !== undefined && !stored.includes(storage))
    problems.push(bad('status.storedVersions', stored, `must have the storage version ${storage}`));
  return problems;
}

function checkUnchanged(crd: JsonObject, before: JsonObject | undefined): Problem[] {
  if (!before) return [];
  const [is, was] = [crd.spec, before.spec] as unknown as [CrdSpec, CrdSpec];
  const problems: Problem[] = [];
  const keep = (path: string, now: string, then: string) => {
    if (now !== then) problems.push(bad(path, now, 'field is immutable'));
  };
  keep('spec.group', is.group, was.group);
  keep('spec.names.plural', is.names.plural, was.names.plural);
  if (!isEstablished(before)) return problems;
  keep('spec.scope', is.scope, was.scope);
  keep('spec.names.kind', is.names.kind, was.names.kind);
  return problems;
}

function checkVersion({ name, schema, additionalPrinterColumns = [] }: CrdVersion, path: string): Problem[] {
  const at = `${path}.schema.openAPIV3Schema`;
  const root = schema?.openAPIV3Schema;
  const columns = additionalPrinterColumns.map((column, i) =>
    jsonPath(column.jsonPath ?? '').ok
      ? undefined
      : bad(`${path}.additionalPrinterColumns[${i}].jsonPath`, column.jsonPath, 'is an invalid jsonpath'),
  );
  return [
    ...(LABEL.test(name) ? [] : [bad(`${path}.name`, name, 'must be a DNS-1035 label')]),
    ...(root ? checkSchema(root, at) : [required(at, 'schemas are required')]),
    ...columns.filter((problem) => problem !== undefined),
  ];
}

/** Rules are compiled against a schema that makes sense. */
function checkSchema(root: Schema, at: string): readonly Problem[] {
  const problems = checkStructural(root, at);
  return problems.length > 0 ? problems : buildRules(root, at).problems;
}

function bad(path: string, value: Json | undefined, why: string): Problem {
  return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value ?? null)}: ${why}` };
}

function required(path: string, why: string): Problem {
  return { path, reason: 'FieldValueRequired', message: `Required value: ${why}` };
}

/** Whether there is enough of a definition to speak about: its schema has not been looked at yet. */
export function hasDefinition({ spec }: JsonObject): boolean {
  if (!isObject(spec) || !isObject(spec.names) || !Array.isArray(spec.versions)) return false;
  return typeof spec.names.kind === 'string' && typeof spec.names.plural === 'string' && spec.versions.every(isObject);
}
