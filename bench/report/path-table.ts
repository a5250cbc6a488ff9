/** All paths side by side, as cells of text. Pure. */
import { PATH_TITLES, PATHS, type PathName } from '../stage/path-names.ts';
import { digits, ratio } from './numbers.ts';
import type { Paths, PathSeries } from './results.ts';
import { ratios, type Series, summarize } from './statistics.ts';

type Column = readonly [heading: string, of: keyof PathSeries, scale: number, withRatio: boolean];

const COLUMNS: readonly Column[] = [
  ['requests/s', 'requests', 1, true],
  ['connections/s', 'connections', 1, true],
  ['Gbit/s', 'throughput', 1e-9, true],
  ['CPU µs/request', 'cpu', 1, true],
  ['p50 µs', 'p50', 1, false],
  ['p99 µs', 'p99', 1, false],
  ['p99.9 µs', 'p999', 1, false],
];

export const PATH_HEADINGS = ['path', ...COLUMNS.map(([heading]) => heading)];

/** One row a path, in the order of {@link PATH_HEADINGS}; behind a median stands its ratio to the limit. */
export function pathRows(paths: Paths): readonly (readonly string[])[] {
  return PATHS.map((name) => [PATH_TITLES[name], ...COLUMNS.map((column) => cell(paths, name, column))]);
}

function cell({ of }: Paths, name: PathName, [, key, scale, withRatio]: Column): string {
  const series = of[name][key] as Series;
  const summary = summarize(series);
  if (!summary) return '–';
  const text = digits(summary.median * scale);
  const relative = summarize(ratios(series, of.pod[key] as Series));
  return withRatio && relative && name !== 'pod' ? `${text} (${ratio(relative.median)})` : text;
}
