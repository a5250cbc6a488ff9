/** `sealane bpf`: what agents of this machine have put into the kernel, read from their pins; no agent needs to run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setSysctls } from '#host/index.ts';
import { collectRunStats, mapUse, openTable, programById, Refusal, RefusalText, tables } from '#kernel/index.ts';
import { type Clock, SealaneError, sleep } from '#kit/index.ts';
import { loadFailure } from '../duties/load-failure.ts';
import { type Registration, registrations } from '../duties/register.ts';
import { type Attachment, attachmentsOf } from './attachments.ts';
import { Places } from './find-place.ts';
import { programPurposes } from './purposes.ts';
import type { AgentPrograms, BpfReport, HookReport, MapReport, RefusalReport } from './report.ts';

const STATS = 'kernel.bpf_stats_enabled';

/**
 * @param within part of the pin directory, to choose among the agents of this machine
 * @throws `agent/no-such-agent`, `kernel/no-privileges`, `kernel/pinned-link`, `kernel/pinned-map`
 */
export async function describeBpf(within = ''): Promise<BpfReport> {
  const places = new Places();
  const agents: AgentPrograms[] = [];
  for (const agent of agentsWith(within)) agents.push(await describeAgent(agent, places));
  return { stats: readFileSync('/proc/sys/kernel/bpf_stats_enabled', 'utf8').trim() === '1', agents };
}

/** As `describeBpf`, with the runs and nanoseconds of the next `ms` only: they are counted while it waits, then no more. */
export async function watchBpf(within: string, ms: number, clock: Clock): Promise<BpfReport> {
  using _ = collectRunStats();
  const before = await describeBpf(within);
  await sleep(clock, ms);
  const after = await describeBpf(within);
  const known = new Map(before.agents.flatMap(({ hooks }) => hooks.map((hook) => [hook.id, hook])));
  const since = (hook: HookReport): HookReport => {
    const { runs = 0, nanoseconds = 0 } = known.get(hook.id) ?? {};
    return { ...hook, runs: hook.runs - runs, nanoseconds: hook.nanoseconds - nanoseconds };
  };
  const agents = after.agents.map((agent) => ({ ...agent, hooks: agent.hooks.map(since) }));
  return { stats: true, agents };
}

/** Agents of this machine that have made tables. @throws `agent/no-such-agent` */
export function agentsWith(within: string): Registration[] {
  const chosen = registrations().filter((agent) => agent.pinDir.includes(within) && hasTried(agent));
  if (chosen.length > 0) return chosen;
  throw new SealaneError('agent/no-such-agent', 'look for programs: no agent has attached any on this machine', {
    hint: 'run it on a node, or bring up a sandbox',
  });
}

function hasTried({ pinDir, stateDir }: Registration): boolean {
  return existsSync(`${pinDir}/maps`) || loadFailure(stateDir) !== undefined;
}

/** For every program of the machine, ours or not; costs about 20 ns a run. */
export async function switchBpfStats(on: boolean): Promise<void> {
  await setSysctls({ [STATS]: on ? '1' : '0' });
}

/** @throws as `describeBpf` */
export async function describeAgent(
  { cluster, node, pinDir, stateDir }: Pick<Registration, 'cluster' | 'node' | 'pinDir' | 'stateDir'>,
  places: Places,
): Promise<AgentPrograms> {
  const attached = await attachmentsOf(pinDir, places);
  const ours = new Set(attached.map(({ programId }) => programId));
  const found = attached.map((one) => hookReport(one, ours));
  const hooks = found.toSorted((a, b) => a.at.localeCompare(b.at) || a.hook.localeCompare(b.hook));
  const failure = loadFailure(stateDir);
  const filled = existsSync(`${pinDir}/maps/${tables.refusals.name}`)
    ? { maps: mapsOf(pinDir), refusals: refusalsOf(pinDir) }
    : NO_TABLES;
  return { cluster, node, pinDir, hooks, ...filled, ...(failure && { failure }) };
}

const NO_TABLES = { maps: [], refusals: [] };

function hookReport({ programId: id, hook, at, order }: Attachment, ours: ReadonlySet<number>): HookReport {
  const info = programById(id);
  return {
    program: info?.name ?? '(gone)',
    id,
    hook,
    ...purposeOf(info?.name),
    at,
    order: order.map((one) => ({ ...one, foreign: !ours.has(one.id) })),
    verifiedInstructions: info?.verifiedInstructions ?? 0,
    runs: Number(info?.runCount ?? 0n),
    nanoseconds: Number(info?.runTimeNs ?? 0n),
  };
}

function purposeOf(name: string | undefined): Pick<HookReport, 'event' | 'does'> {
  const { event = '', does = '' } = programPurposes().find(({ program }) => program === name) ?? {};
  return { event, does };
}

function mapsOf(pinDir: string): MapReport[] {
  return readdirSync(`${pinDir}/maps`)
    .toSorted()
    .map((name) => {
      const { used, maxEntries: size, bytes } = mapUse(`${pinDir}/maps/${name}`);
      const writer = (Object.values(tables) as readonly { name: string; writer: 'agent' | 'kernel' }[]).find(
        (table) => table.name === name,
      )?.writer;
      const holds = writer === 'kernel' ? 'state' : 'config';
      return { name, ...(used !== undefined && { used }), size, bytes, writer: writer ?? 'unknown', holds };
    });
}

/** By reason, those that happened. */
function refusalsOf(pinDir: string): RefusalReport[] {
  const { raw } = openTable(pinDir, tables.refusals);
  try {
    return Object.entries(Refusal).flatMap(([reason, at]) => {
      const count = Number(raw.counter(at));
      return count > 0 ? [{ reason, text: RefusalText[at] ?? '', count }] : [];
    });
  } finally {
    raw.close();
  }
}
