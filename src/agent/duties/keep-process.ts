/**
 * A process of the agent's that outlives it: found again by its pid file, started when it is not there, replaced when another build or
 * other arguments are asked for.
 */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { type Clock, every, type Log, sleep } from '#kit/index.ts';
import { isRunning, type ProcessIdentity, signalProcess, startProcess } from '#host/index.ts';
import { readJson } from '../json-file.ts';

export interface KeptProcess {
  /** Of the file with its pid, and of its log. */
  readonly name: (typeof KEPT)[number];
  readonly stateDir: string;
  /** For the bundle or source file that this process runs. */
  readonly args: readonly string[];
  /** It takes `--replaces PID:START` and ends that process once it does its work; else the old one ends first. */
  readonly takesOver?: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Processes that outlive their agent. */
export const KEPT = ['resolver', 'prober'] as const;

const CHECK_MS = 500;
const END_MS = 1_000;
const END_LOOK_MS = 10;

/** The one that runs, and what it was told. */
interface Started extends ProcessIdentity {
  readonly told: string;
  /** The one whose place it takes, as long as that may run. */
  readonly replaces?: ProcessIdentity;
}

/** Keeps it running until the returned function is called; it then goes on without us. */
export function keepProcess(options: KeptProcess): () => void {
  const { name, stateDir, clock, log } = options;
  const pidFile = pidFileOf(stateDir, name);
  const command = [process.argv[1] ?? '', ...options.args];
  const told = [statSync(command[0] ?? '').mtimeMs, ...command].join(' ');
  let current = readStarted(pidFile);
  let starting = false;
  const check = async () => {
    if (starting || (current && isRunning(current) && current.told === told)) return;
    starting = true;
    try {
      const replaces = [current, current?.replaces].find((one) => one && isRunning(one));
      if (replaces && !options.takesOver) signalProcess(replaces, 'SIGTERM');
      const over = replaces && options.takesOver ? ['--replaces', `${replaces.pid}:${replaces.startTime}`] : [];
      current = { ...(await start(options, [...command, ...over])), told, ...(replaces && { replaces }) };
      writeFileSync(pidFile, JSON.stringify(current), { mode: 0o640 });
    } catch (error) {
      log.warn({ err: error, name }, 'process not started, tried again');
    } finally {
      starting = false;
    }
  };
  void check();
  return every(clock, CHECK_MS, check);
}

async function start({ name, stateDir, log }: KeptProcess, command: string[]): Promise<ProcessIdentity> {
  const { pid, startTime } = await startProcess({
    command: process.execPath,
    args: [...process.execArgv, ...command],
    detached: true,
    logFile: `${stateDir}/${name}.log`,
  });
  log.info({ pid, name }, 'process started');
  return { pid, startTime };
}

/** The one of that name that an agent with this state directory left running, or that was its last. */
export function readKept(stateDir: string, name: string): ProcessIdentity | undefined {
  return readStarted(pidFileOf(stateDir, name));
}

/** Nothing of the agent's asks for it any more. It is gone afterwards, unless the kernel holds it. */
export async function endKept({
  stateDir,
  name,
  clock,
}: Pick<KeptProcess, 'stateDir' | 'name' | 'clock'>): Promise<void> {
  const kept = readKept(stateDir, name);
  const end = clock.monotonic() + END_MS;
  // One that is stopped hears nothing else.
  if (kept) signalProcess(kept, 'SIGKILL');
  while (kept && isRunning(kept) && clock.monotonic() < end) await sleep(clock, END_LOOK_MS);
  rmSync(pidFileOf(stateDir, name), { force: true });
}

function pidFileOf(stateDir: string, name: string): string {
  return `${stateDir}/${name}.json`;
}

/** A file that cannot be read is no process of ours. */
function readStarted(path: string): Started | undefined {
  const { pid, startTime, told = '', replaces } = (readJson(path) ?? {}) as Partial<Started>;
  if (typeof pid !== 'number' || typeof startTime !== 'string') return undefined;
  return { pid, startTime, told, ...(replaces && { replaces }) };
}
