/**
 * Keeps processes running: starts them, starts a dead one again after a short back-off, leaves down what was stopped.
 * Knows nothing of namespaces or files: how a process is started is given to it.
 */
import { type Clock, type Log, messageOf } from '#kit/index.ts';
import type { Stage } from './process-table.ts';

/** What the supervisor needs of a started process. */
export interface Child {
  readonly pid: number;
  readonly startTime: string;
  readonly exited: Promise<{ readonly code: number | undefined; readonly signal: string | undefined }>;
  signal(name: NodeJS.Signals): boolean;
}

export interface Named {
  readonly name: string;
  readonly stage: Stage;
}

export type ProcessState = 'waiting' | 'running' | 'frozen' | 'stopped';

export interface ProcessStatus {
  readonly name: string;
  /** `waiting`: will be started, or started again; `frozen`, `stopped`: on purpose. */
  readonly state: ProcessState;
  readonly pid?: number;
  /** How often it was started again after it died. */
  readonly restarts: number;
  /** When it was started last, milliseconds since 1970. */
  readonly since?: number;
  /** How it ended last. */
  readonly lastExit?: string;
}

export interface SupervisorOptions<T extends Named> {
  readonly processes: readonly T[];
  readonly start: (process: T) => Promise<Child>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Supervisor<T extends Named> {
  /** Starts everything of a stage that was never started. */
  begin(stage: Stage): void;
  /** Starts one more and keeps it running; one that is there already is left as it is. */
  add(process: T): void;
  /** Takes down, and forgets. */
  remove(target: string): Promise<string[]>;
  /** SIGKILL; it is started again. @returns names; a name also stands for those below it (`agent/cluster-1`), `all` for all */
  kill(target: string): string[];
  /** Takes down and leaves down: SIGTERM, then SIGKILL. */
  stop(target: string): Promise<string[]>;
  /** SIGKILL, and leaves down. */
  crash(target: string): Promise<string[]>;
  /** SIGSTOP: it keeps its sockets and does nothing. */
  freeze(target: string): string[];
  /** Starts what was stopped, and lets go on what was frozen. */
  start(target: string): string[];
  status(): ProcessStatus[];
}

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;
/** Whoever ran this long has got over its trouble. */
const STEADY_MS = 10_000;
const GRACE_MS = 3_000;

interface Entry<T> {
  readonly spec: T;
  state: ProcessState;
  begun: boolean;
  /** Tells a launch that it was overtaken by another one. */
  launches: number;
  child: Child | undefined;
  restarts: number;
  /** In a row, without a steady run. */
  failures: number;
  since: number | undefined;
  lastExit: string | undefined;
  cancelRetry: () => void;
}

function newEntry<T>(spec: T): Entry<T> {
  return {
    spec,
    state: 'waiting',
    begun: false,
    launches: 0,
    child: undefined,
    restarts: 0,
    failures: 0,
    since: undefined,
    lastExit: undefined,
    cancelRetry: () => {},
  };
}

export function createSupervisor<T extends Named>({
  processes,
  start,
  clock,
  log,
}: SupervisorOptions<T>): Supervisor<T> {
  let entries = processes.map((spec) => newEntry(spec));

  async function launch(entry: Entry<T>): Promise<void> {
    const { name } = entry.spec;
    entry.launches += 1;
    const launch = entry.launches;
    try {
      const child = await start(entry.spec);
      if (entry.state === 'stopped' || entry.launches !== launch) return void child.signal('SIGKILL');
      entry.child = child;
      entry.state = 'running';
      entry.since = clock.now();
      log.info({ process: name, pid: child.pid }, 'started');
      const { code, signal } = await child.exited;
      ended(entry, signal ?? `exit code ${code}`);
    } catch (error) {
      ended(entry, messageOf(error));
    }
  }

  function ended(entry: Entry<T>, how: string): void {
    const lived = entry.since === undefined ? 0 : clock.now() - entry.since;
    entry.failures = lived > STEADY_MS ? 0 : entry.failures + 1;
    entry.child = undefined;
    entry.lastExit = how;
    if (entry.state === 'stopped') {
      log.info({ process: entry.spec.name, how }, 'ended, stays down');
      return;
    }
    const afterMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, entry.failures - 1));
    log.warn({ process: entry.spec.name, how, livedMs: lived, afterMs }, 'ended, will be started again');
    entry.state = 'waiting';
    entry.cancelRetry = clock.after(afterMs, () => {
      entry.restarts += 1;
      void launch(entry);
    });
  }

  async function takeDown(entry: Entry<T>, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    entry.state = 'stopped';
    entry.cancelRetry();
    const { child } = entry;
    if (!child) return;
    child.signal(signal);
    const cancel = clock.after(GRACE_MS, () => child.signal('SIGKILL'));
    await child.exited;
    cancel();
  }

  const matching = (target: string) =>
    entries.filter(({ spec: { name } }) => target === 'all' || name === target || name.startsWith(`${target}/`));

  async function takeAllDown(target: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<string[]> {
    const chosen = matching(target);
    await Promise.all(chosen.map((entry) => takeDown(entry, signal)));
    return namesOf(chosen);
  }

  function goOn(entry: Entry<T>): void {
    if (entry.state === 'frozen') {
      entry.state = 'running';
      entry.child?.signal('SIGCONT');
      return;
    }
    entry.state = 'waiting';
    entry.begun = true;
    entry.failures = 0;
    void launch(entry);
  }

  const namesOf = (chosen: readonly Entry<T>[]) => chosen.map(({ spec }) => spec.name);

  return {
    begin(stage) {
      for (const entry of entries.filter(({ spec, begun }) => spec.stage === stage && !begun)) {
        entry.begun = true;
        void launch(entry);
      }
    },
    add(process) {
      if (entries.some(({ spec: { name } }) => name === process.name)) return;
      const entry = newEntry(process);
      entries.push(entry);
      goOn(entry);
    },
    async remove(target) {
      const chosen = matching(target);
      const names = await takeAllDown(target, 'SIGTERM');
      entries = entries.filter((entry) => !chosen.includes(entry));
      return names;
    },
    kill(target) {
      return namesOf(matching(target).filter(({ child }) => child?.signal('SIGKILL')));
    },
    stop: (target) => takeAllDown(target, 'SIGTERM'),
    crash: (target) => takeAllDown(target, 'SIGKILL'),
    freeze(target) {
      const chosen = matching(target).filter(({ state, child }) => state === 'running' && child?.signal('SIGSTOP'));
      for (const entry of chosen) entry.state = 'frozen';
      return namesOf(chosen);
    },
    start(target) {
      const chosen = matching(target).filter(({ state }) => state === 'stopped' || state === 'frozen');
      chosen.forEach(goOn);
      return namesOf(chosen);
    },
    status: () =>
      entries.map(({ spec: { name }, state, child, restarts, since, lastExit }) => ({
        name,
        state,
        restarts,
        ...(child ? { pid: child.pid } : {}),
        ...(since === undefined ? {} : { since }),
        ...(lastExit === undefined ? {} : { lastExit }),
      })),
  };
}
