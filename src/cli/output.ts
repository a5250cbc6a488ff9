/** What commands print: a table for people, JSON for programs. Progress and errors go to standard error. */
import columnify from 'columnify';
import { Option } from 'commander';

export type OutputFormat = 'table' | 'json';

/** `--output`, the same on every command. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table');
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

export type Row = Readonly<Record<string, string | number | undefined>>;

/** Headings in capitals, as kubectl prints them. */
export function printTable(rows: readonly Row[], columns: readonly string[]): void {
  const filled = rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? ''])));
  const empty = Object.fromEntries(columns.map((name) => [name, '']));
  const text = columnify(filled.length > 0 ? filled : [empty], { columns, columnSplitter: '   ' });
  const lines = text.split('\n').map((line) => line.trimEnd());
  process.stdout.write(`${(filled.length > 0 ? lines : lines.slice(0, 1)).join('\n')}\n`);
}

/** `json` as it is, `table` by `rows`. */
export function print(
  format: OutputFormat,
  value: unknown,
  columns: readonly string[],
  rows: () => readonly Row[],
): void {
  if (format === 'json') printJson(value);
  else printTable(rows(), columns);
}
