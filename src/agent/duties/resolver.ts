/**
 * The resolver is a process of its own that outlives the agent: found again by its pid file, started when it is not there.
 * Its sockets sit in the `alive` SOCKMAP, so that the kernel itself notices when it dies.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { every, type Clock, type Family, type Log } from '#kit/index.ts';
import { isRunning, type ProcessIdentity, signalProcess, startProcess } from '#host/index.ts';

/** Slots of the resolver's sockets in `alive`. */
export const RESOLVER_SLOTS: Readonly<Record<Family, number>> = { IPv4: 0, IPv6: 1 };

export interface ResolverProcessOptions {
  readonly stateDir: string;
  /** `address:port` or `[address]:port` */
  readonly listen: readonly string[];
  readonly upstreams: readonly string[];
  readonly snapshotPath: string;
  readonly pinDir: string;
  /** `address:port`, `[address]:port` or `none` */
  readonly metricsAddress: string;
  readonly clock: Clock;
  readonly log: Log;
}

const CHECK_MS = 500;

/** The resolver that runs, and what it was told: another build or other arguments take another process. */
interface Started extends ProcessIdentity {
  readonly told: string;
}

/** Keeps a resolver running until the returned function is called; the resolver then goes on without us. */
export function keepResolver(options: ResolverProcessOptions): () => void {
  const pidFile = `${options.stateDir}/resolver.json`;
  const command = commandOf(options);
  const told = [statSync(command[0] ?? '').mtimeMs, ...command].join(' ');
  let current = readStarted(pidFile);
  let starting = false;
  const check = async () => {
    if (starting || (current && isRunning(current) && current.told === told)) return;
    starting = true;
    try {
      // Until the next one listens, the cluster's own DNS answers: the kernel sees the socket go.
      if (current) signalProcess(current, 'SIGTERM');
      current = { ...(await start(options, command)), told };
      writeFileSync(pidFile, JSON.stringify(current), { mode: 0o640 });
    } catch (error) {
      options.log.warn({ err: error }, 'resolver not started, tried again');
    } finally {
      starting = false;
    }
  };
  void check();
  return every(options.clock, CHECK_MS, check);
}

/** The bundle or source file that this process runs, asked for its resolver. */
function commandOf({ listen, upstreams, snapshotPath, pinDir, metricsAddress }: ResolverProcessOptions): string[] {
  return [
    process.argv[1] ?? '',
    'resolver',
    ...['--listen', listen.join(','), '--upstream-dns', upstreams.join(',')],
    ...['--snapshot', snapshotPath, '--pin-dir', pinDir, '--metrics-address', metricsAddress],
  ];
}

async function start({ stateDir, listen, log }: ResolverProcessOptions, command: string[]): Promise<ProcessIdentity> {
  const { pid, startTime } = await startProcess({
    command: process.execPath,
    args: [...process.execArgv, ...command],
    detached: true,
    logFile: `${stateDir}/resolver.log`,
  });
  log.info({ pid, listen }, 'resolver started');
  return { pid, startTime };
}

/** A file that cannot be read is no resolver of ours. */
function readStarted(path: string): Started | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const { pid, startTime, told = '' } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Started>;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime, told } : undefined;
  } catch {
    return undefined;
  }
}
