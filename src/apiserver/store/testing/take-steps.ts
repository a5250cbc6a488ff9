/**
 * A store in a process of its own: `take-steps.ts FILE STEP…`. A step is `fail:ENDING` or `heal` (see failing-sync.c), `close`, `kill`,
 * or the name of a pod to create. Prints `[step, what came of it]`, a line for each pod and for the opening.
 */
import { rmSync, writeFileSync, writeSync } from 'node:fs';
import { SealaneError } from '#kit/index.ts';
import type { Store } from '#objects/index.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { createPod } from './pods.ts';

const [path = '', ...steps] = process.argv.slice(2);
const switchFile = process.env['SYNC_FAILS'] ?? '';
const TEXT = 'x'.repeat(20_000);

const store = told('open', () => openSqliteStore({ path }));
if (store) for (const step of steps) take(step, store);

function take(step: string, to: Store): void {
  if (step.startsWith('fail:')) writeFileSync(switchFile, step.slice('fail:'.length));
  else if (step === 'heal') rmSync(switchFile);
  else if (step === 'close') to.close();
  else if (step === 'kill') process.kill(process.pid, 'SIGKILL');
  else told(step, () => createPod(to, step, TEXT));
}

function told<T>(step: string, run: () => T): T | undefined {
  const tell = (outcome: string) => writeSync(1, `${JSON.stringify([step, outcome])}\n`);
  try {
    const result = run();
    tell('done');
    return result;
  } catch (error) {
    if (!(error instanceof SealaneError)) throw error;
    tell(`${error.code}: ${error.message}: ${String(error.cause)}`);
    return undefined;
  }
}
