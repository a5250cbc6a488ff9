/** A kind as data: all that the engine knows of it. */
import type { PrinterColumn, ResourceType, Schema, SchemaLookup } from '#objects/index.ts';
import type { RuleTree } from '../cel/rule-tree.ts';

export interface Kind {
  /** In its storage version. */
  readonly type: ResourceType;
  readonly singular: string;
  /** Kind of a list of them; `KindList` when it is not said. */
  readonly listKind?: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly versions: readonly KindVersion[];
  readonly lookup: SchemaLookup;
  /** Strategic merge patches are understood (built-in kinds). */
  readonly isStrategic: boolean;
  readonly hasStatus: boolean;
  /** `metadata.generation` counts changes of the desired state. */
  readonly hasGeneration: boolean;
  readonly scale?: ScalePaths;
  /** Further paths below an object that discovery names: `log`, `exec`. */
  readonly subresources: readonly string[];
  /** Its definition is being deleted: nothing new of it. */
  readonly isEnding?: boolean;
}

export interface KindVersion {
  readonly name: string;
  readonly served: boolean;
  /** What whoever still uses it is told. */
  readonly deprecation?: string | undefined;
  /** Of the whole object. */
  readonly schema: Schema;
  readonly columns: readonly PrinterColumn[];
  /** `x-kubernetes-validations`, compiled; absent when it has none. */
  readonly rules?: RuleTree | undefined;
}

/** Where replicas are, without the first dot: `spec.replicas`. */
export interface ScalePaths {
  readonly spec: string;
  readonly status: string;
  readonly selector?: string;
}

/** A kind, asked for in one of its versions. */
export interface Asked {
  readonly kind: Kind;
  readonly version: KindVersion;
  /** In the version asked for. */
  readonly type: ResourceType;
}
