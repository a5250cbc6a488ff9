/** A thread that runs seeds. What is planted is planted before the product is loaded. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { plant } from '../planted/plant.ts';
import type { Planted } from '../planted/planted.ts';
import type { Size } from '../steps/scenario.ts';
import type { Outcome } from './run-scenario.ts';

export interface WorkerInput {
  readonly seeds: readonly string[];
  /** One number, shared by all threads: which seed is the next to be begun. */
  readonly next: Int32Array;
  readonly size: Size;
  readonly planted?: Planted;
  /** Nothing is begun after the first finding. */
  readonly untilFound: boolean;
}

export type WorkerOutput = Outcome;

const { seeds, next, size, planted, untilFound } = workerData as WorkerInput;
// Each thread loads the product anew.
enableCompileCache(join(import.meta.dirname, '../../build/compile-cache'));
// Refusals are answers here: nobody reads where they were thrown.
Error.stackTraceLimit = 0;
if (planted) plant(planted);
const { runScenario } = await import('./run-scenario.ts');
const { scenarioOf } = await import('../steps/scenario.ts');
const take = () => seeds[Atomics.add(next, 0, 1)];
for (let seed = take(); seed !== undefined; seed = take()) {
  const outcome = await runScenario(scenarioOf(seed, size));
  parentPort?.postMessage(outcome satisfies WorkerOutput);
  if (untilFound && outcome.violation) Atomics.store(next, 0, seeds.length);
}
// Listeners of what was simulated keep nothing alive, timers of libraries might.
process.exit(0);
