import type { Command } from 'commander';
import { runPodTool } from '#sandbox/images/index.ts';

export function register(program: Command): void {
  program
    .enablePositionalOptions()
    .command('pod-tool', { hidden: true })
    .description('a program that stands in for a container image’s own')
    .argument('[args...]')
    .allowUnknownOption()
    .helpOption(false)
    .passThroughOptions()
    .action(async (args: string[]) => {
      process.exitCode = await runPodTool(args);
    });
}
