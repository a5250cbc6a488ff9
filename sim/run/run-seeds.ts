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
  /** Nothing is begun after the first finding. */
  readonly untilFound?: boolean;
  readonly onOutcome?: (outcome: Outcome) => void;
}

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
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const run = () =>
    runWorker({ seeds, next, size, planted, untilFound }, (outcome) => {
      outcomes.push(outcome);
      onOutcome?.(outcome);
    });
  await Promise.all(Array.from({ length: Math.min(workers, seeds.length) }, run));
  return outcomes;
}

function runWorker(input: WorkerInput, onOutcome: (outcome: Outcome) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: input });
    worker.on('message', onOutcome);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}
