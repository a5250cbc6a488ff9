import type { Command } from 'commander';
import { programPurposes } from '#agent/index.ts';
import { type OutputFormat, outputOption, printJson } from '../../output.ts';

export function registerEvents(bpf: Command): void {
  bpf
    .command('events')
    .description('which event in the kernel runs which program, and what the program does')
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  sealane bpf events')
    .action((_: unknown, command: Command) => {
      const purposes = programPurposes();
      // Commander gives an option that both commands have to the outer one.
      if (command.optsWithGlobals<{ output: OutputFormat }>().output === 'json') return printJson(purposes);
      for (const { program, event, does } of purposes) process.stdout.write(`${program}: ${event}\n  ${does}\n\n`);
    });
}
