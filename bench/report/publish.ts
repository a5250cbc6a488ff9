/** Writes what a run measured: its results, the drawings, the page. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measuredPart, withMeasured } from './page.ts';
import { figuresOf } from './plots.ts';
import type { Results } from './results.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
export const PUBLISHED = join(REPOSITORY, 'bench/results/published.json');
export const LAST = join(REPOSITORY, 'bench/results/last.json');
export const PAGE = join(REPOSITORY, 'docs/performance.md');

export function saveResults(file: string, results: Results): void {
  writeFileSync(
    file,
    `${JSON.stringify(results, (_, value: unknown) => (typeof value === 'number' ? shortened(value) : value), 1)}\n`,
  );
}

/** Nobody needs more. */
function shortened(value: number): number {
  return Number(value.toPrecision(6));
}

export function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

/** @returns the files written */
export function publish(results: Results): readonly string[] {
  const figures = figuresOf(results);
  const folder = join(REPOSITORY, 'docs/performance');
  mkdirSync(folder, { recursive: true });
  for (const { file, svg } of figures) writeFileSync(join(folder, file), svg);
  writeFileSync(PAGE, withMeasured(readFileSync(PAGE, 'utf8'), measuredPart(results, figures)));
  return [PAGE, ...figures.map(({ file }) => join(folder, file))];
}
