/** `npm run bench`: measures, prints, and publishes a whole run. Exit codes: 0 done, 1 broken, 2 bad option, 130 broken off. */
import { join } from 'node:path';
import { printJson } from '#cli/index.ts';
import { isFault, messageOf, systemClock, timestamp } from '#kit/index.ts';
import { commitOf, describeMachine } from './machine.ts';
import { averageLoad, createContext } from './measure/context.ts';
import { measureParts } from './measure/parts.ts';
import { type Options, PARTS, readOptions, USAGE } from './options.ts';
import { printResults } from './print-results.ts';
import { createProgress } from './progress.ts';
import { LAST, publish, PUBLISHED, readResults, saveResults } from './report/publish.ts';
import type { Results } from './report/results.ts';

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) process.stdout.write(`${USAGE}\n`);
  else if (options.report) publish(readResults(PUBLISHED));
  else await measureAndTell(options);
  return 0;
}

async function measureAndTell(options: Options): Promise<void> {
  const results = await measure(options);
  const whole = !options.quick && PARTS.every((part) => options.only.includes(part));
  saveResults(whole ? PUBLISHED : LAST, results);
  const written = whole ? publish(readResults(PUBLISHED)) : [];
  if (options.json) printJson(results);
  else printResults(results);
  process.stderr.write(`results in ${whole ? PUBLISHED : LAST}${written.map((file) => `\n${file}`).join('')}\n`);
}

async function measure({ only, rounds, quick }: Options): Promise<Results> {
  const progress = createProgress(process.stderr);
  const started = systemClock.monotonic();
  const averageBefore = averageLoad();
  await using context = createContext({ size: { rounds, quick }, signal: brokenOff(progress.say), say: progress.say });
  await context.look();
  const parts = await measureParts(context, only);
  progress.end();
  return {
    version: 1,
    taken: timestamp(systemClock),
    commit: await commitOf(join(import.meta.dirname, '..')),
    quick,
    seconds: Math.round((systemClock.monotonic() - started) / 1000),
    machine: await describeMachine(),
    load: { averageBefore, averageAfter: averageLoad(), busyBetween: context.busy },
    parts,
    failed: context.failed,
  };
}

/** What runs is stopped, and what was made is taken down; again and again makes it no faster. */
function brokenOff(say: (what: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      say('breaking off, taking everything down');
      controller.abort();
    });
  return controller.signal;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isAbort = error instanceof Error && error.name === 'AbortError';
  process.stderr.write(isAbort ? '\nbench: broken off\n' : `bench: ${messageOf(error)}\n`);
  process.exitCode = isAbort ? 130 : isFault(error, 'bench/bad-option') ? 2 : 1;
}
process.exit();
