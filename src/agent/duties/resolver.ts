/**
 * The resolver is a process of its own that outlives the agent: found again by its pid file, started when it is not there.
 * Its socket sits in the `alive` SOCKMAP, so that the kernel itself notices when it dies.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { every, type Clock, type Log } from '#kit/index.ts';
import { isRunning, type ProcessIdentity, startProcess } from '#host/index.ts';

/** Slot of the resolver's socket in `alive`. */
export const RESOLVER_SLOT = 0;

export interface ResolverProcessOptions {
  readonly stateDir: string;
  /** `address:port` */
  readonly listen: string;
  readonly upstreams: readonly string[];
  readonly snapshotPath: string;
  readonly pinDir: string;
  readonly clock: Clock;
  readonly log: Log;
}

const CHECK_MS = 500;

/** Keeps a resolver running until the returned function is called; the resolver then goes on without us. */
export function keepResolver(options: ResolverProcessOptions): () => void {
  const pidFile = `${options.stateDir}/resolver.json`;
  let current = readIdentity(pidFile);
  let starting = false;
  const check = async () => {
    if (starting || (current && isRunning(current))) return;
    starting = true;
    try {
      current = await start(options, pidFile);
    } catch (error) {
      options.log.warn({ err: error }, 'resolver not started, tried again');
    } finally {
      starting = false;
    }
  };
  void check();
  return every(options.clock, CHECK_MS, check);
}

async function start(options: ResolverProcessOptions, pidFile: string): Promise<ProcessIdentity> {
  const { listen, upstreams, snapshotPath, pinDir, stateDir, log } = options;
  const { pid, startTime } = await startProcess({
    command: process.execPath,
    args: [
      ...process.execArgv,
      process.argv[1] ?? '',
      'resolver',
      ...['--listen', listen, '--upstream-dns', upstreams.join(','), '--snapshot', snapshotPath, '--pin-dir', pinDir],
    ],
    detached: true,
    logFile: `${stateDir}/resolver.log`,
  });
  writeFileSync(pidFile, JSON.stringify({ pid, startTime }), { mode: 0o640 });
  log.info({ pid, listen }, 'resolver started');
  return { pid, startTime };
}

/** A file that cannot be read is no resolver of ours. */
function readIdentity(path: string): ProcessIdentity | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const { pid, startTime } = JSON.parse(readFileSync(path, 'utf8')) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}
