/** Long-running children: in a namespace, in a cgroup, with files of their own, in a process group of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { SealaneError } from '#kit/index.ts';
import { launchLine, type Surroundings } from './launch-line.ts';
import { type ProcessIdentity, signalProcess, startTimeOf } from './process-identity.ts';

export interface ProcessOptions extends Surroundings {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly directory?: string;
  /** Standard output and error are appended to this file instead of being piped. */
  readonly logFile?: string;
  /** Outlives the caller: nothing is piped and nothing waits for it. Needs `logFile`. */
  readonly detached?: boolean;
}

export interface Exit {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export interface RunningProcess extends ProcessIdentity {
  /** Closed at once unless piped. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  readonly exited: Promise<Exit>;
  /** To the whole process group; false when it is gone. */
  signal(name: NodeJS.Signals): boolean;
}

/** @throws `host/not-started` when the program cannot be executed at all */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const [command = '', ...args] = launchLine([options.command, ...(options.args ?? [])], options);
  const log = options.logFile === undefined ? undefined : openSync(options.logFile, 'a', 0o640);
  try {
    const child = spawn(command, args, {
      env: options.env ?? process.env,
      cwd: options.directory,
      detached: true,
      stdio: log === undefined ? ['pipe', 'pipe', 'pipe'] : ['ignore', log, log],
    });
    await spawned(child, options.command);
    if (options.detached) child.unref();
    return describe(child);
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function spawned(child: ChildProcess, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new SealaneError('host/not-started', `start ${command}`, { cause })));
  });
}

function describe(child: ChildProcess): RunningProcess {
  const pid = child.pid ?? 0;
  const identity = { pid, startTime: startTimeOf(pid) ?? '' };
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
  return {
    ...identity,
    stdin: child.stdin ?? undefined,
    stdout: child.stdout ?? undefined,
    stderr: child.stderr ?? undefined,
    exited,
    signal: (name) => signalProcess(identity, name, { group: true }),
  };
}
