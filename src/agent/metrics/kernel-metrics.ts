/** What the kernel's half says of itself, read from the pins at each scrape. */
import { readdirSync } from 'node:fs';
import { FLOW_TABLES, listLinks, mapUse, openTable, programById, Refusal, tables } from '#kernel/index.ts';
import { type Clock, sleep } from '#kit/index.ts';
import type { Metrics, Report } from '#observe/index.ts';

const NANOSECONDS = 1e9;

/** @param use entries in use of the arrays that the agent writes: it knows without looking */
export function kernelMetrics(
  metrics: Metrics,
  pinDir: string,
  use: () => Readonly<Record<string, number>>,
  clock: Clock,
): void {
  metrics.collect('refusals', (report) => reportRefusals(pinDir, report));
  metrics.collect('programs', (report) => reportPrograms(pinDir, report));
  metrics.collect('maps', async (report) => {
    for (const [map, entries] of Object.entries(use())) report('sealane_map_entries', { map }, entries);
    for (const map of readdirSync(`${pinDir}/maps`)) {
      reportMap(`${pinDir}/maps/${map}`, map, report);
      await sleep(clock, 0); // a large one takes milliseconds
    }
  });
}

function reportMap(path: string, map: string, report: Report): void {
  const { used, maxEntries, bytes } = mapUse(path, { arrays: false });
  if (used !== undefined && !FLOW_TABLES.has(map)) report('sealane_map_entries', { map }, used);
  if (maxEntries > 0) report('sealane_map_max_entries', { map }, maxEntries);
  report('sealane_map_memory_bytes', { map }, bytes);
}

/** All of them, those that never happened too: a counter that appears with its first event hides it from `rate`. */
function reportRefusals(pinDir: string, report: Report): void {
  const { raw } = openTable(pinDir, tables.refusals);
  try {
    for (const [reason, at] of Object.entries(Refusal))
      if (at !== Refusal.None) report('sealane_refusals_total', { reason }, Number(raw.counter(at)));
  } finally {
    raw.close();
  }
}

/** A program may be attached in many places, and is one all the same. */
function reportPrograms(pinDir: string, report: Report): void {
  const ids = new Set([...listLinks(pinDir).values()].map(({ programId }) => programId));
  const infos = [...ids].flatMap((id) => programById(id) ?? []);
  for (const [program, same] of Map.groupBy(infos, ({ name }) => name)) {
    const sum = (what: 'runCount' | 'runTimeNs') => Number(same.reduce((all, info) => all + info[what], 0n));
    report('sealane_program_runs_total', { program }, sum('runCount'));
    report('sealane_program_run_seconds_total', { program }, sum('runTimeNs') / NANOSECONDS);
  }
}
