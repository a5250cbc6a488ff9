/** The command line of the benchmarks. Pure. */
import { parseArgs } from 'node:util';
import { SealaneError } from '#kit/index.ts';
import type { Parts } from './report/results.ts';

export const PARTS = [
  'paths',
  'programs',
  'failover',
  'pods',
  'connect',
  'packets',
  'propagation',
  'blind',
  'scale',
  'growth',
] as const satisfies readonly (keyof Parts)[];
export type PartName = (typeof PARTS)[number];

export interface Options {
  readonly only: readonly PartName[];
  readonly rounds: number;
  readonly quick: boolean;
  readonly json: boolean;
  /** Nothing is measured: drawings and page are written again from what was. */
  readonly report: boolean;
  readonly help: boolean;
}

const ROUNDS = { usual: 7, quick: 2, most: 100 } as const;

export const USAGE = `npm run bench -- [--only PART[,PART…]] [--rounds N] [--quick] [--report] [--output table|json]

Measures every row of "Numbers to reach" beside its peers. Needs root, and a machine that does nothing else.
A whole run takes about ${12} minutes and is published: bench/results/published.json, docs/performance.md and its drawings.

  --only      ${PARTS.join(', ')}
  --rounds    of paths, ${ROUNDS.usual} by default
  --quick     little work, few faults: whether everything can be measured, not how much it is
  --report    measures nothing; writes drawings and page again from bench/results/published.json
  --output    table (default) or json, what is printed at the end; progress goes to standard error

With --only or --quick nothing is published; the results are in bench/results/last.json.

Examples:
  npm run bench
  npm run bench -- --quick
  npm run bench -- --only paths --rounds 3 --output json`;

/** @throws SealaneError bench/bad-option */
export function readOptions(args: readonly string[]): Options {
  const { values } = parsed(args);
  const quick = values.quick ?? false;
  return {
    only: values.only === undefined ? PARTS : values.only.split(',').map(part),
    rounds: values.rounds === undefined ? (quick ? ROUNDS.quick : ROUNDS.usual) : rounds(values.rounds),
    quick,
    json: output(values.output ?? 'table') === 'json',
    report: values.report ?? false,
    help: values.help ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        rounds: { type: 'string' },
        quick: { type: 'boolean' },
        report: { type: 'boolean' },
        output: { type: 'string', short: 'o' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw new SealaneError('bench/bad-option', 'read the command line', { cause });
  }
}

function part(name: string): PartName {
  return oneOf('--only', PARTS, name);
}

function output(name: string): 'table' | 'json' {
  return oneOf('--output', ['table', 'json'] as const, name);
}

function oneOf<T extends string>(option: string, known: readonly T[], name: string): T {
  const found = known.find((one) => one === name);
  if (found !== undefined) return found;
  throw new SealaneError('bench/bad-option', `read ${option} "${name}": not one of ${known.join(', ')}`);
}

function rounds(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= ROUNDS.most) return number;
  throw new SealaneError('bench/bad-option', `read --rounds "${text}": not a whole number from 1 to ${ROUNDS.most}`);
}
