/** `npm run sim`. */
import { PLANTED, type Planted } from './planted/planted.ts';
import { plant } from './planted/plant.ts';
import { HELP, type Options, readOptions } from './run/options.ts';
import { outcomeText, shrunkText, summaryOf, summaryText } from './run/report.ts';
import { runSeeds } from './run/run-seeds.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) return (say(HELP), 0);
    if (options.limits) return await limits(options);
    return options.seed !== undefined && options.seeds === 1
      ? await runOne(options, options.seed)
      : await runMany(options);
  } catch (error) {
    console.error(`sim: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
}

function say(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

async function limits({ output }: Options): Promise<number> {
  const { measureLimits, limitsText } = await import('./limits/limits.ts');
  const limits = await measureLimits((text) => process.stderr.write(`${text}\n`));
  say(output === 'json' ? JSON.stringify(limits, null, 2) : limitsText(limits));
  return 0;
}

async function runOne(
  { trace, shrink: shrinks, output, plant: name, members, services }: Options,
  seed: number,
): Promise<number> {
  const planted = plantedBy(name);
  if (planted) plant(planted);
  Error.stackTraceLimit = 0;
  const { runScenario } = await import('./run/run-scenario.ts');
  const { scenarioOf } = await import('./steps/scenario.ts');
  const { shrink } = await import('./run/shrink.ts');
  const scenario = scenarioOf(String(seed), { members, services });
  const outcome = await runScenario(scenario, trace ? { onLine: say } : {});
  const shrunk =
    shrinks && outcome.violation
      ? await shrink(scenario, outcome, (left) => process.stderr.write(`\r${left} steps `))
      : undefined;
  if (output === 'json') say(JSON.stringify({ ...outcome, steps: (shrunk?.scenario ?? scenario).steps }, null, 2));
  else say(shrunk ? shrunkText(shrunk) : outcomeText(outcome));
  return outcome.violation ? 1 : 0;
}

async function runMany(options: Options): Promise<number> {
  const { seeds, seed = 0, members, services, workers, output, plant: name } = options;
  const planted = plantedBy(name);
  let done = 0;
  const outcomes = await runSeeds({
    seeds: Array.from({ length: seeds }, (_, i) => String(seed + i)),
    size: { members, services },
    workers,
    ...(planted && { planted, untilFound: true }),
    onOutcome: ({ violation, seed: which }) => {
      done += 1;
      if (violation) process.stderr.write(`\nseed ${which}: ${violation.invariant}: ${violation.what}\n`);
      if (done % 10 === 0 || done === seeds) process.stderr.write(`\r${done} of ${seeds} `);
    },
  });
  process.stderr.write('\n');
  const summary = summaryOf(outcomes, options);
  say(output === 'json' ? JSON.stringify(summary, null, 2) : summaryText(summary));
  return summary.failed > 0 ? 1 : 0;
}

function plantedBy(name: string | undefined): Planted | undefined {
  const found = PLANTED.find((one) => one.name === name);
  if (name !== undefined && !found)
    throw new Error(`--plant ${name}: one of ${PLANTED.map((one) => one.name).join(', ')}`);
  return found;
}
