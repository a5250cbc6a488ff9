/** `sealane bpf` as tables. */
import type { AgentPrograms, BpfReport } from '#agent/index.ts';
import { printTable, type Row } from '../../output.ts';

export function show({ agents, stats }: BpfReport): void {
  for (const agent of agents) showAgent(agent);
  if (!stats)
    process.stdout.write('\nRuns and time are not counted now: sealane bpf --watch 5, or sealane bpf stats on\n');
}

function showAgent({ cluster, node, pinDir, hooks, maps, refusals, failure }: AgentPrograms): void {
  process.stdout.write(`\n${cluster}, ${node}: ${pinDir}\n\n`);
  if (failure) process.stdout.write(`Not loaded at ${failure.at}: ${failure.message}\n\n`);
  printTable(hooks.map(hookRow), ['program', 'id', 'hook', 'at', 'order', 'verified', 'runs', 'ns/run']);
  process.stdout.write('\n');
  printTable(maps.map(mapRow), ['map', 'used', 'size', 'kib', 'writer', 'holds']);
  process.stdout.write('\n');
  printTable(
    refusals.map(({ count, reason, text }) => ({ refused: count, reason, text })),
    ['refused', 'reason', 'text'],
  );
}

function hookRow(found: AgentPrograms['hooks'][number]): Row {
  const { program, id, hook, at, order, verifiedInstructions: verified, runs, nanoseconds } = found;
  const names = order.map(({ name, foreign }) => (foreign ? `+${name}` : name)).join(' ');
  return { program, id, hook, at, order: names, verified, runs, 'ns/run': runs && Math.round(nanoseconds / runs) };
}

function mapRow({ name: map, used, size, bytes, writer, holds }: AgentPrograms['maps'][number]): Row {
  return { map, used: used ?? '?', size, kib: Math.ceil(bytes / 1024), writer, holds };
}
