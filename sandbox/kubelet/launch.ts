/** Starts one container: which program, in which surroundings. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Bind, type RunningProcess, startProcess } from '#host/index.ts';
import { SealaneError } from '#kit/index.ts';
import { chooseProgram } from '#sandbox/images/index.ts';
import type { Container } from '#sandbox/workloads/index.ts';
import { expand } from './pod-env.ts';

export interface LaunchRequest {
  readonly container: Container;
  readonly namespace: string;
  readonly cgroup: string;
  readonly hostname: string;
  readonly binds: readonly Bind[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Command line of the stand-ins. */
  readonly podTool: readonly string[];
}

export interface Launched {
  readonly process: RunningProcess;
  /** What stands in for the container's own program. */
  readonly standIn?: string;
}

/** @throws `kubelet/no-program` when there is nothing to run */
export async function launch(request: LaunchRequest): Promise<Launched> {
  const { container, namespace, cgroup, hostname, binds, env, logFile, podTool } = request;
  const expanded = {
    ...container,
    command: container.command?.map((word) => expand(word, env)),
    args: container.args?.map((word) => expand(word, env)),
  };
  const program = chooseProgram(expanded, (name) => hasProgram(name, env['PATH'] ?? ''));
  if (program.kind === 'missing') throw new SealaneError('kubelet/no-program', program.message);
  const [command = '', ...args] = program.kind === 'own' ? program.argv : [...podTool, ...program.args];
  const process = await startProcess({
    command,
    args,
    namespace,
    cgroup,
    hostname,
    binds,
    env: { ...env },
    logFile,
    detached: true,
    directory: container.workingDir ?? '/',
  });
  return { process, ...(program.kind === 'stand-in' ? { standIn: program.says } : {}) };
}

function hasProgram(name: string, path: string): boolean {
  const candidates = name.includes('/') ? [name] : path.split(delimiter).map((folder) => join(folder, name));
  return candidates.some(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // not there, or not to be run: the same to us
  }
}
