/** The measured part of docs/performance.md. Pure. */
import type { Figure } from './plots.ts';
import { lossesOf } from './losses.ts';
import { digits, spread } from './numbers.ts';
import { PATH_HEADINGS, pathRows } from './path-table.ts';
import type { Load, Machine, PathSeries, Results } from './results.ts';
import { type Row, rowsOf } from './rows.ts';
import { type Summary, summarize } from './statistics.ts';

const [BEGIN, END] = ['<!-- measured: begin, written by `npm run bench` -->', '<!-- measured: end -->'];

/** @throws RangeError when the page has no place for it */
export function withMeasured(page: string, measured: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new RangeError(`the page has no "${BEGIN}" with "${END}" behind it`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${measured.trim()}\n\n${page.slice(end)}`;
}

/** @param figures of the same results, beside the page in `performance/` */
export function measuredPart(results: Results, figures: readonly Figure[]): string {
  return [
    when(results),
    '## The machine',
    table(['what', ''], machineRows(results.machine, results.load)),
    '## Numbers to reach',
    'Behind each median, 99th percentile or worst (as the aim says) stand the least, [the quartiles] and the most.',
    table(['what', 'aim', 'measured', 'spread', '', 'note'], rowsOf(results).map(rowCells)),
    ...pathsPart(results),
    ...figures.map(({ file, title }) => `![${title}](performance/${file})`),
    ...programsPart(results),
    ...scalePart(results),
    '## Where we lose',
    losses(results),
    ...failedPart(results),
  ].join('\n\n');
}

function when({ taken, commit, seconds, quick, load }: Results): string {
  const noisy =
    Math.max(...load.busyBetween, 0) > 0.2 ? ' **The machine was not quiet: take these numbers for a trial.**' : '';
  const short = quick ? ' **A quick run: too little work for numbers to be quoted.**' : '';
  return `Taken on ${taken.slice(0, 10)} at commit ${commit}, in one run of ${digits(seconds / 60)} minutes.${noisy}${short}`;
}

function machineRows(machine: Machine, { averageBefore, averageAfter, busyBetween }: Load): string[][] {
  const busy = summarize(busyBetween);
  const others =
    busy && `${digits(busy.median * 100)} % of the processors busy in the median, ${digits(busy.max * 100)} % at most`;
  return [
    ['processors', `${machine.processors} × ${machine.processor}${machine.virtual ? ', of a virtual machine' : ''}`],
    ['memory', `${machine.memoryGiB} GiB`],
    ['system', `${machine.system}, Linux ${machine.kernel}, Node ${machine.node}`],
    [
      'peers',
      Object.entries(machine.programs)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['load average', `${digits(averageBefore)} before, ${digits(averageAfter)} after`],
    ['between measurements', others ?? 'not looked at'],
  ];
}

function rowCells({ what, aim, measured, spread: range, verdict, note }: Row): string[] {
  const verdicts = { met: 'met', missed: '**missed**', 'not measured': 'not measured' };
  return [what, aim, measured, range, verdicts[verdict], note];
}

function pathsPart({ parts }: Results): string[] {
  if (!parts.paths) return [];
  const { rounds, rate } = parts.paths;
  return [
    '## All paths',
    `Medians of ${rounds} rounds; in brackets the ratio to the limit, round by round. CPU and latencies at ${digits(rate)} requests a second.`,
    table(PATH_HEADINGS, pathRows(parts.paths)),
    bottleneck(parts.paths.of.pod),
  ];
}

/** Whether the load program is what is measured. */
function bottleneck({ tool, idle }: PathSeries): string {
  const [spent, rest] = [summarize(tool), summarize(idle)];
  if (!spent || !rest) return 'How much the load program itself took is not known.';
  return (
    `On the fastest path the load program spent ${digits(spent.median * 100)} % of the time of all processors outside the kernel, ` +
    `and ${digits(rest.median * 100)} % of it was idle: what is measured is the path.`
  );
}

function programsPart({ parts: { programs, packets } }: Results): string[] {
  if (!programs) return [];
  const costs = {
    'hooks, connection to a VIP': programs.vip,
    'hooks, connection not ours': programs.notOurs,
    'gateway, connection and its request': programs.gateway,
  };
  const rows = Object.entries(costs).flatMap(([what, { ns, runs }]) =>
    rowOfSeries(what, summarize(ns), summarize(runs)),
  );
  const single = Object.entries(packets ?? {}).flatMap(([what, ns]) =>
    rowOfSeries(`${what}, a packet of a known flow by PROG_TEST_RUN`, summarize(ns)),
  );
  return [
    '## In the kernel',
    'What the kernel counts (`bpf_stats`; counting is in it).',
    table(['programs', 'ns', 'spread', 'runs'], [...rows, ...single]),
  ];
}

function rowOfSeries(what: string, ns: Summary | undefined, runs?: Summary): string[][] {
  return ns ? [[what, digits(ns.median), spread(ns), runs ? digits(runs.median) : '']] : [];
}

function scalePart({ parts: { scale } }: Results): string[] {
  if (!scale) return [];
  const names = Object.keys(scale.starts[0] ?? {});
  const rows = names.map((name) => [name, ...scale.starts.map((start) => digits(start[name] ?? Number.NaN))]);
  const what = `${digits(scale.services)} services of ${scale.backends} backends`;
  return [`## An agent among ${what}`, table(['what', 'first start', 'started again'], rows)];
}

function losses(results: Results): string {
  const missed = rowsOf(results).filter(({ verdict }) => verdict === 'missed');
  const all = [
    ...missed.map(
      ({ what, measured, aim, note }) => `aim missed: ${what}: ${measured}, aim ${aim}${note ? ` (${note})` : ''}`,
    ),
    ...lossesOf(results).map(({ text }) => text),
  ];
  return all.length === 0 ? 'Nowhere in this run.' : all.map((text) => `- ${text}`).join('\n');
}

function failedPart({ failed }: Results): string[] {
  const all = Object.entries(failed).map(([what, why]) => `- ${what}: ${why.replaceAll('\n', ' ').slice(0, 300)}`);
  return all.length === 0 ? [] : ['## What could not be measured', all.join('\n')];
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), `|${headings.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
