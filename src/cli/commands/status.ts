import type { Command } from 'commander';
import { statusOf } from '#agent/index.ts';
import { MCS_GROUP, SEALANE_GROUP } from '#api/index.ts';
import { nameOf, type StatusReport } from '#explain/index.ts';
import { systemClock } from '#kit/index.ts';
import { seconds } from '../seconds.ts';
import { type OutputFormat, outputOption, printJson, printTable } from '../output.ts';

interface Flags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly wait: boolean;
  readonly timeout: number;
  readonly output: OutputFormat;
}

/** Kinds of other groups are shown with theirs. */
const OURS: ReadonlySet<string> = new Set([SEALANE_GROUP, MCS_GROUP]);

const EXAMPLE = `
Examples:
  sealane status                                       every cluster that an agent of this machine belongs to
  sealane status --kubeconfig east.kubeconfig --wait   until members are Ready and policies Programmed

Exit code 1: with --wait, something was missing when time was up.`;

export function register(program: Command): void {
  program
    .command('status')
    .description('members, gateways, exports, imports and policies, with their conditions')
    .option('--kubeconfig <file>', 'access to a member’s API server, or to the hub’s')
    .option('--context <name>', 'which cluster of the kubeconfig')
    .option('--wait', 'wait until everything is Ready and Programmed', false)
    .option('--timeout <seconds>', 'how long to wait', seconds, 60)
    .addOption(outputOption())
    .addHelpText('after', EXAMPLE)
    .action(async ({ kubeconfig, context, wait, timeout, output }: Flags) => {
      const reports = await statusOf(kubeconfig, {
        waitMs: wait ? timeout * 1000 : 0,
        clock: systemClock,
        ...(context !== undefined && { context }),
      });
      if (output === 'json') printJson(reports);
      else for (const [name, report] of Object.entries(reports)) show(name, report);
      if (wait && Object.values(reports).some(({ settled }) => !settled)) process.exitCode = 1;
    });
}

function show(cluster: string, { settled, missing, warnings, lines }: StatusReport): void {
  process.stdout.write(`\n${cluster}: ${settled ? 'everything is ready' : 'not everything is ready'}\n\n`);
  const rows = lines.map((line) => ({
    kind: OURS.has(line.group) ? line.kind : `${line.kind} (${line.group})`,
    name: nameOf(line),
    conditions: line.conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`).join(' '),
    detail: line.detail,
  }));
  printTable(rows, ['kind', 'name', 'conditions', 'detail']);
  list('Missing', missing);
  list('Warnings', warnings);
}

function list(title: string, lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`\n${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`);
}
