/** The first cluster goes silent without a word: nobody is told, and the caller's kernel finds out by itself. */
import { applyFault } from '#sandbox/faults/index.ts';
import { onlyFrom } from '../conditions.ts';
import { countCalls, exactly } from '../count-calls.ts';
import type { Band } from '../results.ts';
import type { Stage } from '../stage.ts';

/** Some ejections long: each failed trial makes the next one longer. */
const BACK_MS = 60_000;
const NOTICED_MS = 20_000;
/** Whoever is the trial of an ejected gateway fails. */
const WITH_TRIALS: Readonly<Record<string, Band>> = {
  'cluster-3': { percent: 100, tolerance: 1 },
  refused: { percent: 0, tolerance: 1 },
};

export async function fallSilent(stage: Stage): Promise<void> {
  stage.screen.title('cluster-1 is cut off the network, and its last state still says that all is well');
  await applyFault(stage.sandbox, 'cut', 'cluster-1');
  const started = stage.clock.monotonic();
  await stage.until(NOTICED_MS, onlyFrom(stage, 'cluster-3'));
  stage.screen.say(
    `ejected by the hooks ${Math.round(stage.clock.monotonic() - started)} ms later, at some calls' expense`,
  );
  await countCalls(stage, 'silence: cluster-3, as no packet comes back from cluster-1', WITH_TRIALS);

  stage.screen.title('cluster-1 is back: one connection tries after a few seconds, then all go there');
  await applyFault(stage.sandbox, 'heal', 'cluster-1');
  await stage.until(BACK_MS, onlyFrom(stage, 'cluster-1'));
  await countCalls(stage, 'silence: back to the first', { 'cluster-1': exactly(100) });
}
