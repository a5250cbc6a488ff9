import { asJson, isObject, type Json, type JsonObject, objectOf } from '../json.ts';
import type { KubeObject } from '../meta.ts';
import { humanAge } from './human-age.ts';
import { jsonPath } from './json-path.ts';

/** A column of a Table; the fields of a CRD's `additionalPrinterColumns`, or a value that code computes. */
export interface PrinterColumn {
  readonly name: string;
  /** `string`, `integer`, `number`, `boolean`, or `date`, which shows an age. */
  readonly type: string;
  /** Absent only beside `value`. */
  readonly jsonPath?: string;
  /** Computes the cell; wins over `jsonPath`. */
  readonly value?: (object: KubeObject) => Json | undefined;
  readonly description?: string;
  readonly format?: string;
  /** Above 0: shown by `-o wide` only. */
  readonly priority?: number;
}

export interface TableRequest {
  /** Without the name, which comes first by itself unless a column is called Name. */
  readonly columns: readonly PrinterColumn[];
  readonly items: readonly KubeObject[];
  /** Milliseconds since 1970, for ages. */
  readonly now: number;
  /** What each row carries; default `Metadata`. */
  readonly includeObject?: 'None' | 'Metadata' | 'Object' | undefined;
  /** ListMeta of the answer: resourceVersion, continue, remainingItemCount. */
  readonly metadata?: JsonObject | undefined;
}

const NAME: PrinterColumn = { name: 'Name', type: 'string', format: 'name', jsonPath: '.metadata.name' };

/** The column of a kind that has none of its own. */
export const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** A meta.k8s.io/v1 Table. */
export function buildTable({
  columns,
  items,
  now,
  includeObject = 'Metadata',
  metadata = {},
}: TableRequest): JsonObject {
  const all = columns.some(({ name }) => name === 'Name') ? columns : [NAME, ...columns];
  const cells = all.map((column) => cellOf(column, now));
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: all.map(definitionOf),
    rows: items.map((item) =>
      objectOf([
        ['cells', cells.map((cell) => cell(item))],
        ['object', rowObject(item, includeObject)],
      ]),
    ),
  };
}

function definitionOf({ name, type, format = '', description = '', priority = 0 }: PrinterColumn): JsonObject {
  return { name, type, format, description, priority };
}

function cellOf(column: PrinterColumn, now: number): (object: KubeObject) => Json {
  const find = finder(column);
  const show = shows[column.type] ?? asText;
  return (object) => {
    const value = find(object);
    return value === undefined || value === null ? null : show(value, now);
  };
}

/** Kubernetes shows the first value that a path finds. */
function finder({ value, jsonPath: expression }: PrinterColumn): (object: KubeObject) => Json | undefined {
  if (value) return value;
  const path = jsonPath(expression ?? '');
  return path.ok && expression ? (object) => path.value(asJson(object))[0] : () => undefined;
}

const shows: Readonly<Record<string, (value: Json, now: number) => Json>> = {
  integer: (value) => (typeof value === 'number' ? Math.trunc(value) : null),
  number: (value) => (typeof value === 'number' ? value : null),
  boolean: (value) => (typeof value === 'boolean' ? value : null),
  date: (value, now) => (typeof value === 'string' ? humanAge(now - Date.parse(value)) : null),
};

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function rowObject(object: KubeObject, include: 'None' | 'Metadata' | 'Object'): JsonObject | undefined {
  if (include === 'None') return undefined;
  const json = asJson(object);
  if (include === 'Object') return json;
  const metadata = isObject(json.metadata) ? json.metadata : {};
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}
