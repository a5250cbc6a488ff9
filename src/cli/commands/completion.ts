import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, type Command } from 'commander';
import { installationRoot } from '../installation.ts';

const EXAMPLE = `
Examples:
  source <(sealane completion bash)
  source <(sealane completion zsh)
  sealane completion fish | source
  sealane completion bash > /etc/bash_completion.d/sealane`;

export function register(program: Command): void {
  program
    .command('completion')
    .description('print what makes a shell complete sealane’s commands and options')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', EXAMPLE)
    .action((shell: string) => {
      process.stdout.write(readFileSync(join(installationRoot(), 'docs', `completion.${shell}`), 'utf8'));
    });
}
