/** The demonstration from nothing to nothing. */
import { type Clock, isFault, messageOf } from '#kit/index.ts';
import { down, up, type UpOptions } from '#sandbox/supervise/index.ts';
import type { Topology } from '#sandbox/topology/index.ts';
import type { StepResult } from './results.ts';
import { noProxy } from './scenes/no-proxy.ts';
import { publish } from './scenes/publish.ts';
import { fallSilent } from './scenes/silence.ts';
import { failOver, shiftShares } from './scenes/shift.ts';
import { showTrap } from './scenes/trap.ts';
import { unhooked } from './scenes/unhooked.ts';
import type { Screen } from './screen.ts';
import { setStage, type Stage } from './stage.ts';

export interface DemoOptions {
  readonly sandbox: string;
  readonly topology: Topology;
  readonly keep: boolean;
  /** Called between scenes. */
  readonly pause: () => Promise<void>;
  readonly screen: Screen;
  readonly clock: Clock;
}

export interface DemoResult {
  readonly passed: boolean;
  readonly steps: readonly StepResult[];
  /** Why it ended early. */
  readonly error?: string;
  readonly seconds: number;
}

const SCENES: readonly ((stage: Stage) => Promise<void>)[] = [
  publish,
  showTrap,
  shiftShares,
  failOver,
  fallSilent,
  noProxy,
  unhooked,
];

/** What goes wrong in a scene is in the result; `up` and `down` throw. */
export async function runDemo({ sandbox, topology, keep, pause, screen, clock }: DemoOptions): Promise<DemoResult> {
  const started = clock.monotonic();
  const steps: StepResult[] = [];
  screen.title(`A hub and ${topology.clusters.length} clusters that all use the same addresses`);
  await bringUp({ sandbox, topology, wait: true, clock, say: (line) => screen.say(line) }, keep);
  let error: string | undefined;
  try {
    const stage = setStage(sandbox, { clock, screen, note: (result) => steps.push(result) });
    try {
      for (const scene of SCENES) {
        await pause();
        await scene(stage);
      }
    } finally {
      stage.close();
    }
  } catch (cause) {
    error = messageOf(cause);
  }
  if (!keep) {
    screen.title('Taking everything down');
    await down(sandbox);
  }
  const passed = error === undefined && steps.every((step) => step.passed);
  const seconds = Math.round((clock.monotonic() - started) / 100) / 10;
  return { passed, steps, ...(error === undefined ? {} : { error }), seconds };
}

/** One that did not get ready stays up to be looked at, if that is wanted. */
async function bringUp(options: UpOptions, keep: boolean): Promise<void> {
  try {
    await up(options);
  } catch (error) {
    if (isFault(error, 'sandbox/not-ready') && !keep) await down(options.sandbox);
    throw error;
  }
}
