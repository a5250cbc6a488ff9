/** What the product's and the sandbox's `support-bundle` have in common. */
import type { Command } from 'commander';
import type { BundleReport } from '#agent/index.ts';
import { SealaneError, systemClock } from '#kit/index.ts';
import { type OutputFormat, outputOption, printJson } from './output.ts';

export interface BundleFlags {
  readonly file?: string;
  readonly output: OutputFormat;
}

export function bundleOptions(command: Command): Command {
  return command
    .option('--file <path>', 'what to write (default: sealane-<time>.tar.gz here)')
    .addOption(outputOption());
}

/** @throws `cli/bad-file` */
export function bundleFile({ file }: BundleFlags): string {
  if (file === undefined) return `sealane-${new Date(systemClock.now()).toISOString().replaceAll(/[:.]/g, '-')}.tar.gz`;
  if (file.endsWith('.tar.gz')) return file;
  throw new SealaneError('cli/bad-file', `write "${file}": its name has to end with .tar.gz`);
}

export function sayPart(part: string): void {
  process.stderr.write(`collecting ${part}\n`);
}

export function showBundle(report: BundleReport, output: OutputFormat): void {
  if (output === 'json') return printJson(report);
  const failed = Object.entries(report.failures);
  for (const [part, why] of failed) process.stderr.write(`not collected: ${part}: ${why}\n`);
  process.stdout.write(`${report.file}: ${report.parts - failed.length} of ${report.parts} parts\n`);
}
