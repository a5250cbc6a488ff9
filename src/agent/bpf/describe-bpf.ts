/** `sealane bpf`: what agents of this machine have put into the kernel, read from their pins; no agent needs to run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setSysctls } from '#host/index.ts';
import {
  listLinks,
  mapUse,
  objects,
  openPinnedMap,
  openTable,
  programById,
  Refusal,
  RefusalText,
  tables,
} from '#kernel/index.ts';
import { SealaneError } from '#kit/index.ts';
import { type Registration, registrations } from '../duties/register.ts';
import { type Place, Places } from './find-place.ts';
import type { AgentPrograms, BpfReport, HookReport, MapReport, RefusalReport } from './report.ts';

const STATS = 'kernel.bpf_stats_enabled';

/**
 * @param within part of the pin directory, to choose among the agents of this machine
 * @throws `agent/no-such-agent`, `kernel/no-privileges`, `kernel/pinned-link`, `kernel/pinned-map`
 */
export async function describeBpf(within = ''): Promise<BpfReport> {
  const chosen = registrations().filter(({ pinDir }) => pinDir.includes(within) && existsSync(`${pinDir}/maps`));
  if (chosen.length === 0) {
    throw new SealaneError('agent/no-such-agent', 'look for programs: no agent has attached any on this machine', {
      hint: 'run it on a node, or bring up a sandbox',
    });
  }
  const places = new Places();
  const agents: AgentPrograms[] = [];
  for (const agent of chosen) agents.push(await describeAgent(agent, places));
  return { stats: readFileSync('/proc/sys/kernel/bpf_stats_enabled', 'utf8').trim() === '1', agents };
}

/** For every program of the machine, ours or not; costs about 20 ns a run. */
export async function switchBpfStats(on: boolean): Promise<void> {
  await setSysctls({ [STATS]: on ? '1' : '0' });
}

/** @throws as `describeBpf` */
export async function describeAgent(
  { cluster, node, pinDir }: Pick<Registration, 'cluster' | 'node' | 'pinDir'>,
  places: Places,
): Promise<AgentPrograms> {
  const attached = [...(await linked(pinDir, places)), ...(await filtered(pinDir, places))];
  const ours = new Set(attached.map(({ programId }) => programId));
  const found = attached.map((one) => hookReport(one, ours));
  const hooks = found.toSorted((a, b) => a.at.localeCompare(b.at) || a.hook.localeCompare(b.hook));
  return { cluster, node, pinDir, hooks, maps: mapsOf(pinDir), refusals: refusalsOf(pinDir) };
}

interface Attached extends Place {
  readonly programId: number;
  readonly hook: string;
}

function linked(pinDir: string, places: Places): Promise<Attached[]> {
  const links = [...listLinks(pinDir).values()].filter(({ kind }) => kind !== 'other');
  return Promise.all(
    links.map(async (link) => {
      const hook = link.kind === 'tcx' ? 'tcx ingress' : hookName(link.attachType);
      return { ...(await places.find(link)), programId: link.programId, hook };
    }),
  );
}

/** A gateway without links: its programs are in filters. */
async function filtered(pinDir: string, places: Places): Promise<Attached[]> {
  const pin = `${pinDir}/maps/${tables.gateway.name}`;
  if (!existsSync(pin) || listLinks(pinDir).has('gateway-in')) return [];
  const map = openPinnedMap(pin);
  try {
    return (await places.filters(map.info.id)).map((filter) => ({ ...filter, hook: 'clsact ingress' }));
  } finally {
    map.close();
  }
}

function hookReport({ programId: id, hook, at, order }: Attached, ours: ReadonlySet<number>): HookReport {
  const info = programById(id);
  return {
    program: info?.name ?? '(gone)',
    id,
    hook,
    at,
    order: order.map((one) => ({ ...one, foreign: !ours.has(one.id) })),
    verifiedInstructions: info?.verifiedInstructions ?? 0,
    runs: Number(info?.runCount ?? 0n),
    nanoseconds: Number(info?.runTimeNs ?? 0n),
  };
}

function hookName(attachType: number): string {
  const programs = Object.values(objects).flatMap((object) => Object.values(object.programs));
  const section = programs.find((program) => program.attachType === attachType)?.section;
  return section?.replace('cgroup/', '') ?? `attach type ${attachType}`;
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
