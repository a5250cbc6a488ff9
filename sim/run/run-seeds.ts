/** Many seeds on several threads. */
import { Worker } from 'node:worker_threads';
import type { Planted } from '../planted/planted.ts';
import type { Size } from '../steps/scenario.ts';
import type { Outcome } from './run-scenario.ts';
import type { WorkerInput } from './worker.ts';

export interface SeedsOptions {
  readonly seeds: readonly string[];
  readonly size?: Size;
  readonly workers: number;
  readonly planted?: Planted;
  /** Each worker stops at its first finding. */
  readonly untilFound?: boolean;
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** Each worker is renewed after so many: what a run leaves behind does not add up. */
const BATCH = 150;

/** @throws Error when a worker breaks */
export async function runSeeds({
  seeds,
  size = {},
  workers,
  planted,
  untilFound = false,
  onOutcome,
}: SeedsOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const share = Math.min(BATCH, Math.ceil(seeds.length / workers));
  const batches = Array.from({ length: Math.ceil(seeds.length / share) }, (_, i) =>
    seeds.slice(i * share, (i + 1) * share),
  );
  let found = false;
  const next = async (): Promise<void> => {
    const batch = batches.shift();
    if (!batch || (untilFound && found)) return;
    await runBatch({ seeds: batch, size, planted, untilFound }, (outcome) => {
      outcomes.push(outcome);
      found ||= outcome.violation !== undefined;
      onOutcome?.(outcome);
    });
    return next();
  };
  await Promise.all(Array.from({ length: workers }, next));
  return outcomes;
}

function runBatch(input: WorkerInput, onOutcome: (outcome: Outcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: input });
    worker.on('message', onOutcome);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}
