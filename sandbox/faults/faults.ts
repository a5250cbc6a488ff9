/** Breaks things on purpose, and heals them. */
import { SealaneError } from '#kit/index.ts';
import {
  askSupervisor,
  type ControlRequest,
  type ProcessStatus,
  readTopologyState,
  setSkew,
  statePaths,
} from '#sandbox/supervise/index.ts';
import { emptyFilled, fillFlows } from './fill-flows.ts';
import { cut, delay, type Direction, healEveryLink, healLink, throttle } from './links.ts';

export const FAULTS = [
  'kill',
  'crash',
  'stop',
  'freeze',
  'skew',
  'cut',
  'throttle',
  'delay',
  'fill',
  'heal',
  'empty-hub',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultOptions {
  /** Of a cut, a throttle or a delay. */
  readonly direction?: Direction;
  readonly kilobits?: number;
  /** Of a delay. */
  readonly byMs?: number;
  readonly jitterMs?: number;
  readonly lossPercent?: number;
  /** Milliseconds by which a clock is set ahead, negative: back. */
  readonly ahead?: number;
  /** Of a gateway's table of flows. */
  readonly percent?: number;
}

export interface FaultResult {
  /** Names of the processes, links or tables that it was done to. */
  readonly done: readonly string[];
}

/**
 * @param target a process or a group of them (`agent/cluster-1`), or `all`, for kill, crash, stop, freeze and skew; `hub`, a
 *   cluster, a node or a node's LAN (`cluster-1/node-1/lan`) for cut, throttle and delay; a gateway (`cluster-1/node-1`) for fill; any of
 *   them for heal, or `all`
 * @throws `sandbox/no-such-target`, `sandbox/not-up`, `sandbox/supervisor-gone`, `sandbox/bad-number`
 */
export async function applyFault(
  sandbox: string,
  fault: Fault,
  target: string,
  options: FaultOptions = {},
): Promise<FaultResult> {
  const { direction = 'both', kilobits = 1_000, ahead = 3_600_000, percent = 85 } = options;
  const { byMs = 100, jitterMs = 0, lossPercent = 0 } = options;
  switch (fault) {
    case 'kill':
    case 'crash':
    case 'stop':
    case 'freeze':
      return { done: known(target, await ask(sandbox, fault, target)) };
    case 'skew':
      return { done: await skew(sandbox, target, ahead) };
    case 'cut':
      return { done: await cut(sandbox, target, direction) };
    case 'throttle':
      return { done: await throttle(sandbox, target, direction, kilobits) };
    case 'delay':
      return { done: await delay(sandbox, target, direction, { byMs, jitterMs, lossPercent }) };
    case 'fill':
      return { done: [`${fillFlows(sandbox, target, percent)} flows of ${target}`] };
    case 'heal':
      return { done: await heal(sandbox, target) };
    case 'empty-hub':
      return { done: await ask(sandbox, 'empty', 'hub') };
  }
}

async function heal(sandbox: string, target: string): Promise<readonly string[]> {
  const filled = emptyFilled(sandbox, target);
  if (target === 'all')
    return [...(await healProcesses(sandbox, target)), ...(await healEveryLink(sandbox)), ...filled];
  const healed = await healLink(sandbox, target);
  // `hub` is the name of a place and of a process; no other place is.
  if (healed && target !== 'hub') return [...healed, ...filled];
  const processes = await healProcesses(sandbox, target);
  if (!healed) known(target, await matching(sandbox, target));
  return [...processes, ...(healed ?? [])];
}

/** @returns those that were down, frozen, or had a wrong clock */
async function healProcesses(sandbox: string, target: string): Promise<string[]> {
  const skewed = await matching(sandbox, target);
  const righted = skewed.filter((name) => setSkew(statePaths(sandbox), name, 0));
  return [...new Set([...(await ask(sandbox, 'start', target)), ...righted])];
}

async function skew(sandbox: string, target: string, ahead: number): Promise<readonly string[]> {
  const names = known(target, await matching(sandbox, target));
  for (const name of names) setSkew(statePaths(sandbox), name, ahead);
  return names;
}

async function matching(sandbox: string, target: string): Promise<string[]> {
  const names = (await statuses(sandbox)).map(({ name }) => name);
  return target === 'all' ? names : names.filter((name) => name === target || name.startsWith(`${target}/`));
}

async function statuses(sandbox: string): Promise<readonly ProcessStatus[]> {
  return (await askSupervisor(statePaths(sandbox).control, { verb: 'status' })).processes ?? [];
}

type Verb = Extract<ControlRequest, { readonly target: string }>['verb'];

async function ask(sandbox: string, verb: Verb, target: string): Promise<readonly string[]> {
  readTopologyState(sandbox);
  return (await askSupervisor(statePaths(sandbox).control, { verb, target })).done ?? [];
}

function known(target: string, done: readonly string[]): readonly string[] {
  if (done.length > 0) return done;
  throw new SealaneError('sandbox/no-such-target', `find "${target}": not there`, {
    hint: 'wanted is a process that `sealane sandbox status` lists',
  });
}
