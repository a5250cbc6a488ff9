/** Runs one command to its end with captured output. The only other place that starts processes is `process.ts`. */
import { spawn } from 'node:child_process';
import { SealaneError, systemClock } from '#kit/index.ts';

export interface CommandOptions {
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly directory?: string;
  /** Killed with SIGKILL after this long; 60 s by default. */
  readonly timeoutMs?: number;
}

export interface CommandResult {
  /** 128 + signal number when a signal ended it, as shells count. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws `host/command-failed` with the last lines of its standard error, `host/command-missing` */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await capture(command, args, options);
  if (result.code !== 0) throw failure(command, args, result);
  return result.stdout;
}

/** Like `run`, for commands whose exit code is an answer. @throws `host/command-missing` only */
export function capture(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: options.env ?? process.env,
      cwd: options.directory,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // Not spawn's own timeout: its timer outlives a program that cannot be started.
    const cancel = systemClock.after(options.timeoutMs ?? 60_000, () => child.kill('SIGKILL'));
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.once('error', (cause) => {
      cancel();
      reject(missing(command, cause));
    });
    child.once('close', (code, signal) => {
      cancel();
      resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : 128), stdout: stdout(), stderr: stderr() });
    });
    // A command that ends without reading its input closes the pipe; its exit code tells the story.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

function failure(command: string, args: readonly string[], { code, stderr, stdout }: CommandResult): SealaneError {
  const tail = (stderr.trim() || stdout.trim()).split('\n').slice(-5).join('; ');
  return new SealaneError('host/command-failed', `run ${[command, ...args].join(' ').slice(0, 200)}`, {
    cause: new Error(tail || `exit code ${code}`),
    fields: { command, args, exitCode: code, stderr },
  });
}

function missing(command: string, cause: NodeJS.ErrnoException): SealaneError {
  const hint = cause.code === 'ENOENT' ? 'tools/set-up.sh installs what is needed' : undefined;
  return new SealaneError('host/command-missing', `start ${command}`, { cause, ...(hint ? { hint } : {}) });
}
