/** A CustomResourceDefinition (apiextensions.k8s.io/v1) as a kind, or why it cannot be one. */
import {
  checkStructural,
  isObject,
  type Json,
  type JsonObject,
  type PrinterColumn,
  type Problem,
  type Schema,
  wholeObjectSchema,
} from '#objects/index.ts';
import { PLAIN_COLUMNS } from './columns.ts';
import type { Kind, KindVersion, ScalePaths } from './kind.ts';

interface CrdVersion {
  readonly name: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly subresources?: {
    readonly status?: JsonObject;
    readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string };
  };
}

interface CrdSpec {
  readonly group: string;
  readonly scope: string;
  readonly names: {
    readonly plural: string;
    readonly singular?: string;
    readonly kind: string;
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  };
  readonly versions: readonly CrdVersion[];
  readonly conversion?: { readonly strategy?: string };
}

export function checkDefinition(crd: JsonObject): readonly Problem[] {
  const { group, names, versions, conversion } = crd.spec as unknown as CrdSpec;
  const problems: Problem[] = [];
  const refuse = (path: string, message: string) => problems.push({ path, reason: 'FieldValueInvalid', message });
  const name = isObject(crd.metadata) ? crd.metadata.name : undefined;
  const wanted = `${names.plural}.${group}`;
  if (name !== wanted)
    refuse('metadata.name', `Invalid value: ${JSON.stringify(name)}: must be spec.names.plural+"."+spec.group`);
  if (versions.filter((version) => version.storage).length !== 1) {
    refuse('spec.versions', 'Invalid value: must have exactly one version marked as storage version');
  }
  if (conversion?.strategy && conversion.strategy !== 'None') {
    refuse('spec.conversion.strategy', `Unsupported value: "${conversion.strategy}": supported values: "None"`);
  }
  versions.forEach((version, i) => {
    const path = `spec.versions[${i}].schema.openAPIV3Schema`;
    if (!version.schema?.openAPIV3Schema)
      problems.push({ path, reason: 'FieldValueRequired', message: 'Required value: schemas are required' });
    else problems.push(...checkStructural(version.schema.openAPIV3Schema, path));
  });
  return problems;
}

export function customKind(crd: JsonObject): Kind {
  const { group, scope, names, versions } = crd.spec as unknown as CrdSpec;
  const storage = versions.find((version) => version.storage) ?? versions[0];
  const scale = versions.find((version) => version.subresources?.scale)?.subresources?.scale;
  const paths: ScalePaths | undefined = scale && {
    spec: withoutDot(scale.specReplicasPath),
    status: withoutDot(scale.statusReplicasPath),
  };
  return {
    type: {
      group,
      version: storage?.name ?? '',
      plural: names.plural,
      kind: names.kind,
      namespaced: scope === 'Namespaced',
    },
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    versions: versions.map(toVersion),
    lookup: () => undefined,
    isStrategic: false,
    hasStatus: versions.some((version) => version.subresources?.status),
    hasGeneration: true,
    ...(paths && { scale: paths }),
    subresources: [],
  };
}

function toVersion({ name, served = false, schema, additionalPrinterColumns }: CrdVersion): KindVersion {
  const [nameColumn, ageColumn] = PLAIN_COLUMNS;
  const columns =
    additionalPrinterColumns?.length && nameColumn
      ? [nameColumn, ...additionalPrinterColumns]
      : [nameColumn, ageColumn];
  return {
    name,
    served,
    schema: wholeObjectSchema(schema?.openAPIV3Schema ?? { type: 'object' }),
    columns: columns.filter((column) => column !== undefined),
  };
}

/** The status that tells clients the kind is served. */
export function establishedStatus(crd: JsonObject, now: string): Json {
  const { names, versions } = crd.spec as unknown as CrdSpec;
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: now,
  });
  return {
    acceptedNames: {
      listKind: `${names.kind}List`,
      singular: names.kind.toLowerCase(),
      ...names,
    } as unknown as JsonObject,
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: versions.filter((version) => version.storage).map((version) => version.name),
  };
}

function withoutDot(path: string): string {
  return path.replace(/^\./, '');
}
