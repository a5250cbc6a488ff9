/** One run of a container: its process, watched to its end, and its probes. Also a run that an earlier kubelet started. */
import { type Exit, isRunning, type ProcessIdentity, signalProcess } from '#host/index.ts';
import { type Clock, every } from '#kit/index.ts';

export interface ContainerRun {
  readonly identity: ProcessIdentity;
  readonly ended: Promise<Exit | undefined>;
  signal(name: NodeJS.Signals): void;
  /** Set by whoever probes it. */
  stopProbes: () => void;
}

const LOOK_EVERY_MS = 250;

/** Of a run whose probes have not begun. */
export const NOT_PROBED = (): void => {};

/** @param exited of a child of ours; of somebody else's child only its absence can be seen, not how it ended */
export function containerRun(identity: ProcessIdentity, exited: Promise<Exit> | undefined, clock: Clock): ContainerRun {
  return {
    identity,
    ended: exited ?? absence(identity, clock),
    signal: (name) => void signalProcess(identity, name, { group: true }),
    stopProbes: NOT_PROBED,
  };
}

function absence(identity: ProcessIdentity, clock: Clock): Promise<undefined> {
  return new Promise((resolve) => {
    const stop = every(clock, LOOK_EVERY_MS, () => {
      if (isRunning(identity)) return;
      stop();
      resolve(undefined);
    });
  });
}

/** Asks it to end, and makes it after the grace. Resolves when it has. */
export async function stopRun(run: ContainerRun, graceMs: number, clock: Clock): Promise<void> {
  run.signal('SIGTERM');
  const cancel = clock.after(graceMs, () => run.signal('SIGKILL'));
  await run.ended;
  cancel();
}
