/** What a run measured, for people at a terminal. */
import { printTable } from '#cli/index.ts';
import { lossesOf } from './report/losses.ts';
import { PATH_HEADINGS, pathRows } from './report/path-table.ts';
import type { Results } from './report/results.ts';
import { rowsOf } from './report/rows.ts';

export function printResults(results: Results): void {
  const { paths } = results.parts;
  if (paths) {
    printTable(
      pathRows(paths).map((cells) => Object.fromEntries(cells.map((cell, i) => [PATH_HEADINGS[i] ?? '', cell]))),
      PATH_HEADINGS,
    );
    process.stdout.write('\n');
  }
  const rows = rowsOf(results).map(({ what, aim, measured, spread, verdict }) => ({
    what,
    aim,
    measured,
    verdict,
    spread,
  }));
  printTable(rows, ['what', 'aim', 'measured', 'verdict', 'spread']);
  const lines = [
    ...lossesOf(results).map(({ text }) => `worse: ${text}`),
    ...Object.entries(results.failed).map(([what, why]) => `failed: ${what}: ${why}`),
  ];
  if (lines.length > 0) process.stdout.write(`\n${lines.join('\n')}\n`);
}
