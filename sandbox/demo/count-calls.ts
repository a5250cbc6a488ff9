/** A step of the demonstration: many new connections, who answered, and whether that is what the policy asked for. */
import { call } from './in-pod.ts';
import { add, type Answers, type Band, compareShares, NO_ANSWERS } from './results.ts';
import { URL_CALLED } from './resources.ts';
import { shareTable } from './screen.ts';
import type { Stage } from './stage.ts';

const CALLS = 400;
const BATCH = 50;

export async function countCalls(
  stage: Stage,
  step: string,
  expected: Readonly<Record<string, Band>>,
  of = CALLS,
): Promise<void> {
  let answers: Answers = NO_ANSWERS;
  while (answers.calls < of) {
    const batch = await call(stage, URL_CALLED, { count: Math.min(BATCH, of - answers.calls) });
    answers = add(answers, batch);
    stage.screen.draw(shareTable(answers, of, expected));
    if (batch.calls === 0) break;
  }
  stage.screen.settle();
  const shares = compareShares(answers, expected);
  stage.note({ step, passed: shares.every(({ passed }) => passed), shares, answers });
}

export const exactly = (percent: number): Band => ({ percent, tolerance: 0 });
