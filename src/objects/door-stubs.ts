import { SealaneError } from '#kit/index.ts';
import type { Json, JsonObject } from './json.ts';
import type { Condition, KubeObject } from './meta.ts';
import type { Result } from './problem.ts';

const todo = (...of: unknown[]): never => {
  throw new SealaneError('objects/not-implemented', `call ${of.length}`);
};

// --- selectors ---
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}
export interface FieldRequirement {
  /** `metadata.name` */
  readonly path: string;
  readonly equal: boolean;
  readonly value: string;
}
/** `a=b,c in (x,y),!d,e!=f`; empty text selects all. */
export const parseLabelSelector = (text: string): Result<readonly Requirement[]> => todo(text);
/** Of a LabelSelector object. Empty selects all. */
export const labelRequirements = (selector: LabelSelector, path?: string): Result<readonly Requirement[]> =>
  todo(selector, path);
export const matchesLabels = (
  requirements: readonly Requirement[],
  labels: Readonly<Record<string, string>> | undefined,
): boolean => todo(requirements, labels);
export const parseFieldSelector = (text: string): Result<readonly FieldRequirement[]> => todo(text);
export const matchesFields = (requirements: readonly FieldRequirement[], object: KubeObject): boolean =>
  todo(requirements, object);

// --- conditions, table ---
/** The same list when nothing changed. `now` is RFC 3339. */
export const setCondition = (
  conditions: readonly Condition[] | undefined,
  condition: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): readonly Condition[] => todo(conditions, condition, now);

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  readonly priority?: number;
}
export interface TableRequest {
  readonly columns: readonly PrinterColumn[];
  readonly items: readonly KubeObject[];
  /** Milliseconds since 1970, for ages. */
  readonly now: number;
  readonly includeObject?: 'None' | 'Metadata' | 'Object';
  /** ListMeta of the answer. */
  readonly metadata?: JsonObject;
}
/** A meta.k8s.io/v1 Table. A Name column is put first unless there is one. */
export const buildTable = (request: TableRequest): JsonObject => todo(request);
/** `5s`, `3m12s`, `2d4h`, as kubectl shows ages. */
export const humanAge = (ms: number): string => todo(ms);
/** A JSONPath of printer columns, compiled: `.spec.ports[*].port`, `.status.conditions[?(@.type=="Ready")].status`. */
export const jsonPath = (expression: string): Result<(value: Json) => readonly Json[]> => todo(expression);
