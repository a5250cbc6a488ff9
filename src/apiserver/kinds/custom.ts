/** A CustomResourceDefinition (apiextensions.k8s.io/v1) as a kind. */
import { isObject, type JsonObject, type PrinterColumn, type Schema, wholeObjectSchema } from '#objects/index.ts';
import { buildRules } from '../cel/rule-tree.ts';
import { PLAIN_COLUMNS } from './columns.ts';
import { servedNames } from './definition-status.ts';
import type { Kind, KindVersion, ScalePaths } from './kind.ts';

export interface CrdVersion {
  readonly name: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly subresources?: {
    readonly status?: JsonObject;
    readonly scale?: {
      readonly specReplicasPath: string;
      readonly statusReplicasPath: string;
      readonly labelSelectorPath?: string;
    };
  };
}

export interface CrdSpec {
  readonly group: string;
  readonly scope: string;
  readonly names: {
    readonly plural: string;
    readonly singular?: string;
    readonly kind: string;
    readonly listKind?: string;
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  };
  readonly versions: readonly CrdVersion[];
  readonly conversion?: { readonly strategy?: string };
}

export function customKind(crd: JsonObject): Kind {
  const { group, scope, versions } = crd.spec as unknown as CrdSpec;
  const names = servedNames(crd);
  const storage = versions.find((version) => version.storage) ?? versions[0];
  const scale = versions.find((version) => version.subresources?.scale)?.subresources?.scale;
  const paths: ScalePaths | undefined = scale && {
    spec: withoutDot(scale.specReplicasPath),
    status: withoutDot(scale.statusReplicasPath),
    ...(scale.labelSelectorPath && { selector: withoutDot(scale.labelSelectorPath) }),
  };
  return {
    type: {
      group,
      version: storage?.name ?? '',
      plural: names.plural,
      kind: names.kind,
      namespaced: scope === 'Namespaced',
    },
    singular: names.singular,
    listKind: names.listKind,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    versions: versions.map((version) => ({
      ...toVersion(version),
      deprecation: deprecationOf(version, group, names.kind),
    })),
    lookup: () => undefined,
    isStrategic: false,
    hasStatus: versions.some((version) => version.subresources?.status),
    hasGeneration: true,
    ...(paths && { scale: paths }),
    subresources: [],
    ...(isObject(crd.metadata) && crd.metadata.deletionTimestamp ? { isEnding: true } : {}),
  };
}

function toVersion({ name, served = false, schema, additionalPrinterColumns }: CrdVersion): KindVersion {
  const [nameColumn, ageColumn] = PLAIN_COLUMNS;
  const columns =
    additionalPrinterColumns?.length && nameColumn
      ? [nameColumn, ...additionalPrinterColumns]
      : [nameColumn, ageColumn];
  const root = schema?.openAPIV3Schema ?? { type: 'object' };
  return {
    name,
    served,
    schema: wholeObjectSchema(root),
    rules: buildRules(root, '').tree,
    columns: columns.filter((column) => column !== undefined),
  };
}

function deprecationOf({ deprecated, deprecationWarning, name }: CrdVersion, group: string, kind: string) {
  return deprecated ? (deprecationWarning ?? `${group}/${name} ${kind} is deprecated`) : undefined;
}

function withoutDot(path: string): string {
  return path.replace(/^\./, '');
}
