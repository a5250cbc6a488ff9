/** The supervisor's process: reads the process table, keeps it running, answers on the control socket. */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundlePath } from '#cli/index.ts';
import { cgroup2Mount, startProcess, startTimeOf } from '#host/index.ts';
import { createLog, systemClock } from '#kit/index.ts';
import { type ControlAnswer, type ControlRequest, serveControl } from './control.ts';
import { clockOf, PRETENDED_CLOCK } from './pretended-clock.ts';
import type { ProcessSpec } from './process-table.ts';
import { readJson, statePaths, type StatePaths, writeJson, writeState } from './state.ts';
import { type Child, createSupervisor, type Supervisor } from './supervisor.ts';

/** Runs until it is killed; what it started lives on without it. */
export async function runSupervisor(sandbox: string): Promise<void> {
  const paths = statePaths(sandbox);
  const log = createLog('supervisor', { sandbox });
  const processes = readJson<ProcessSpec[]>(sandbox, paths.processes);
  const supervisor = createSupervisor({
    processes,
    log,
    clock: systemClock,
    start: (spec) => launch(spec, paths),
  });
  writeState(paths.clock, PRETENDED_CLOCK);
  writeJson(paths.supervisorPid, { pid: process.pid, startTime: startTimeOf(process.pid) });
  await serveControl(paths.control, (request) => answer(supervisor, paths, request));
  log.info({ processes: processes.length }, 'ready');
}

async function launch(spec: ProcessSpec, paths: StatePaths): Promise<Child> {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const child = await startProcess({
    command: process.execPath,
    args: ['--import', clockOf(paths, spec.name), bundlePath(spec.bundle), ...spec.args],
    namespace: spec.namespace,
    cgroup: join(cgroup2Mount(), spec.cgroup),
    logFile: spec.logFile,
    directory: '/',
  });
  writeJson(paths.pid(spec.name), { pid: child.pid, startTime: child.startTime });
  return child;
}

async function answer(
  supervisor: Supervisor<ProcessSpec>,
  paths: StatePaths,
  request: ControlRequest,
): Promise<ControlAnswer> {
  switch (request.verb) {
    case 'status':
      return { processes: supervisor.status() };
    case 'begin':
      supervisor.begin(request.stage);
      return {};
    case 'add':
      supervisor.add(request.process);
      return {};
    case 'remove':
      return { done: await supervisor.remove(request.target) };
    case 'kill':
      return { done: supervisor.kill(request.target) };
    case 'stop':
      return { done: await supervisor.stop(request.target) };
    case 'crash':
      return { done: await supervisor.crash(request.target) };
    case 'freeze':
      return { done: supervisor.freeze(request.target) };
    case 'start':
      return { done: supervisor.start(request.target) };
    case 'empty':
      return { done: await emptyStore(supervisor, paths, request.target) };
  }
}

/** The API server comes back with nothing in it, under another identity, as after a lost disk. */
async function emptyStore(supervisor: Supervisor<ProcessSpec>, paths: StatePaths, target: string): Promise<string[]> {
  const stopped = await supervisor.stop(`apiserver/${target}`);
  for (const end of ['', '-wal', '-shm']) rmSync(paths.database(target) + end, { force: true });
  supervisor.start(`apiserver/${target}`);
  return stopped;
}
