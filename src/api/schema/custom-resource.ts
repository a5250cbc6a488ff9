/** Assembles a CustomResourceDefinition around a schema. Plain data comes out: no TypeBox object leaves this file. */
import type { KubeObject } from '#objects/index.ts';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean' | 'number';
  readonly jsonPath: string;
  readonly description?: string;
  /** 0 is shown always, more only in wide output. */
  readonly priority?: number;
}

export interface CustomVersion {
  readonly name: string;
  readonly storage: boolean;
  /** Schema of the whole object, without apiVersion, kind and metadata. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly description: string;
  readonly status: boolean;
  readonly columns: readonly Column[];
  /** Such as `x-kubernetes-validations` of the whole object. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface CustomResource {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly versions: readonly CustomVersion[];
}

export interface CustomResourceDefinition extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

export function customResource(resource: CustomResource): CustomResourceDefinition {
  const { group, kind, plural, singular, shortNames, categories, namespaced, labels, versions } = resource;
  return plain({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, ...(labels && { labels }) },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { plural, singular, kind, shortNames, ...(categories && { categories }) },
      versions: versions.map(versionOf),
    },
  });
}

function versionOf({ name, storage, properties, required, description, status, columns, extra }: CustomVersion) {
  return {
    name,
    served: true,
    storage,
    ...(status && { subresources: { status: {} } }),
    additionalPrinterColumns: columns,
    schema: {
      openAPIV3Schema: {
        description,
        type: 'object',
        ...(required && { required }),
        properties: { ...TYPE_META, ...properties },
        ...extra,
      },
    },
  };
}

const TYPE_META = {
  apiVersion: { type: 'string', description: 'Group and version of this representation of the object.' },
  kind: { type: 'string', description: 'The kind of the object.' },
  metadata: { type: 'object' },
};

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

export const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
