/** What `npm run sim` is told. */
import { parseArgs } from 'node:util';

export interface Options {
  readonly seeds: number;
  /** The first, or the only one to run. */
  readonly seed: number | undefined;
  readonly members: number | undefined;
  readonly services: number | undefined;
  readonly workers: number;
  readonly output: 'text' | 'json';
  readonly trace: boolean;
  readonly shrink: boolean;
  readonly plant: string | undefined;
  readonly limits: boolean;
  readonly help: boolean;
}

export const HELP = `sim: the product's own processes in virtual time, with everything going wrong that may

Usage: npm run sim -- [options]

  --seeds N        how many runs (default 300), from --seed on
  --seed S         this run alone, unless --seeds is given too: the first of them
  --members N      members of each set (default: 2 or 3, as the seed says)
  --services N     services of each set (default: 2 to 4)
  --workers N      threads (default: 2)
  --trace          with --seed: every change of every store, as it happens
  --shrink         with --seed: leaves out steps for as long as the run still fails
  --plant BUG      with a bug of sim/planted/planted.ts in the product
  --limits         what a set costs the hub: objects, bytes, writes/s, counted and worked out
  --output json    one JSON object instead of text
  --help

Examples:
  npm run sim -- --seeds 10000
  npm run sim -- --seed 4711 --trace
  npm run sim -- --seed 4711 --shrink
  npm run sim -- --seeds 300 --plant absence-believed
  npm run sim -- --limits --output json
`;

const NUMBERS = {
  seeds: [1, 1_000_000],
  seed: [0, 2 ** 31],
  members: [2, 300],
  services: [1, 2_000],
  workers: [1, 64],
} as const;

/** @throws Error in words for a person */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: text,
      seed: text,
      members: text,
      services: text,
      workers: text,
      output: text,
      plant: text,
      trace: flag,
      shrink: flag,
      limits: flag,
      help: flag,
    },
  });
  const number = (name: keyof typeof NUMBERS) => numberIn(name, values[name]);
  const { output = 'text' } = values;
  if (output !== 'text' && output !== 'json') throw new Error(`--output ${output}: text or json`);
  const seed = number('seed');
  return {
    seeds: number('seeds') ?? (seed === undefined ? 300 : 1),
    seed,
    members: number('members'),
    services: number('services'),
    workers: number('workers') ?? 2,
    output,
    trace: values.trace,
    shrink: values.shrink,
    plant: values.plant,
    limits: values.limits,
    help: values.help,
  };
}

function numberIn(name: keyof typeof NUMBERS, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [low, high] = NUMBERS[name];
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high)
    throw new Error(`--${name} ${text}: a whole number from ${low} to ${high}`);
  return value;
}
