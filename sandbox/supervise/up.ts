/** Brings a sandbox up: network, credentials, supervisor, API servers, first objects, everyone else. */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundlePath } from '#cli/index.ts';
import { cgroup2Mount, startProcess } from '#host/index.ts';
import { type Clock, SealaneError } from '#kit/index.ts';
import { bringUpNetwork, cgroups, type Topology, topologyText } from '#sandbox/topology/index.ts';
import { complaints } from './complaints.ts';
import { writeConfigs } from './configs.ts';
import { askSupervisor } from './control.ts';
import { writeCredentials } from './credentials.ts';
import { down, isOurs, refuseForeign } from './down.ts';
import { createFirstObjects } from './first-objects.ts';
import { processTable } from './process-table.ts';
import { awaitAll, readiness } from './readiness.ts';
import { statePaths, type StatePaths, writeJson, writeState } from './state.ts';

export interface UpOptions {
  readonly sandbox: string;
  readonly topology: Topology;
  readonly clock: Clock;
  /** One line for each thing that was done. */
  readonly say: (line: string) => void;
  /** Return as soon as every process is started. */
  readonly wait: boolean;
}

const API_SERVERS_MS = 20_000;
const EVERYONE_MS = 60_000;

/**
 * @throws `sandbox/already-up`, `sandbox/prefix-taken`, `sandbox/range-taken`, `sandbox/not-ready` (it stays up, to be looked at)
 */
export async function up({ sandbox, topology: wanted, clock, say, wait }: UpOptions): Promise<void> {
  const paths = statePaths(sandbox);
  const step = stopwatch(clock, say);
  await clean(sandbox, paths, say);
  const topology = await orNothing(sandbox, async () => {
    mkdirSync(paths.root, { recursive: true });
    chmodSync(paths.root, 0o700);
    const found = await step('network', () => bringUpNetwork(sandbox, wanted));
    await step('credentials', () => writeFiles(sandbox, found, paths));
    await step('supervisor', () => startSupervisor(sandbox, paths, clock));
    return found;
  });
  await askSupervisor(paths.control, { verb: 'begin', stage: 'api' });
  const { apiServers, everyone } = readiness(paths, topology);
  await step('API servers', () => explained(sandbox, awaitAll(apiServers, API_SERVERS_MS, clock)));
  await step('first objects', () => createFirstObjects(paths, topology));
  await askSupervisor(paths.control, { verb: 'begin', stage: 'rest' });
  if (wait) await step('nodes, members, agents', () => explained(sandbox, awaitAll(everyone, EVERYONE_MS, clock)));
}

/** A machine that cannot carry it is left as it was. */
async function orNothing<T>(sandbox: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    await down(sandbox);
    throw error;
  }
}

async function writeFiles(sandbox: string, topology: Topology, paths: StatePaths): Promise<void> {
  const mount = cgroup2Mount();
  await writeCredentials(paths, topology);
  writeConfigs(sandbox, topology, paths, mount);
  writeState(paths.topology, topologyText(topology));
  writeJson(paths.processes, processTable(sandbox, topology, paths, mount));
}

/** Adds what the processes that died have to say. */
async function explained(sandbox: string, waiting: Promise<void>): Promise<void> {
  try {
    await waiting;
  } catch (cause) {
    const died = await complaints(sandbox);
    if (died.length === 0) throw cause;
    throw new SealaneError('sandbox/not-ready', `bring up sandbox "${sandbox}":\n  ${died.join('\n  ')}\nand so`, {
      cause,
    });
  }
}

/** A crashed sandbox of this name makes room; a living one and anyone else's names do not. */
async function clean(sandbox: string, paths: StatePaths, say: (line: string) => void): Promise<void> {
  if (!isOurs(sandbox)) return refuseForeign(sandbox);
  const alive = await askSupervisor(paths.control, { verb: 'status' }).catch(() => undefined);
  if (alive) {
    throw new SealaneError('sandbox/already-up', `bring up sandbox "${sandbox}": it is up`, {
      hint: 'take it down first, or choose another --name',
    });
  }
  say('removing what a crashed sandbox left');
  await down(sandbox);
}

async function startSupervisor(sandbox: string, paths: StatePaths, clock: Clock): Promise<void> {
  mkdirSync(dirname(paths.supervisorLog), { recursive: true });
  await startProcess({
    command: process.execPath,
    args: [bundlePath('sealane-sandbox'), 'supervise', '--name', sandbox],
    cgroup: join(cgroup2Mount(), cgroups.system(sandbox)),
    logFile: paths.supervisorLog,
    directory: '/',
    detached: true,
  });
  const answers = {
    what: 'supervisor',
    holds: async () => {
      await askSupervisor(paths.control, { verb: 'status' });
      return undefined;
    },
  };
  await awaitAll([answers], 10_000, clock);
}

function stopwatch(clock: Clock, say: (line: string) => void) {
  return async <T>(what: string, run: () => Promise<T>): Promise<T> => {
    const started = clock.monotonic();
    const result = await run();
    say(`${what.padEnd(24)} ready after ${((clock.monotonic() - started) / 1000).toFixed(1)} s`);
    return result;
  };
}
