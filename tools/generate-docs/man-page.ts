/** docs/sealane.1, from the two programs as they are. */
import type { Option } from 'commander';
import { type Documented, everyCommand, EXIT_CODES, usageOf } from './cli-page.ts';

/** Text as roff takes it: no escapes, no requests at the beginning of a line, minus signs that can be copied. */
export function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1');
}

export async function manPage(): Promise<string> {
  const commands = await everyCommand();
  return `${[
    '.\\" Written by tools/generate-docs.ts: do not edit.',
    '.TH SEALANE 1',
    '.SH NAME',
    roff('sealane - joins Kubernetes clusters that cannot route to each other'),
    '.SH SYNOPSIS',
    '.B sealane',
    roff('<command> [options]'),
    '.SH COMMANDS',
    ...commands.flatMap(section),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([number, meaning]) => ['.TP', `.B ${number}`, roff(meaning)]),
  ].join('\n')}\n`;
}

function section(documented: Documented): string[] {
  const { command } = documented;
  const options = command.options.filter(({ hidden }) => !hidden);
  return [`.SS ${roff(usageOf(documented))}`, roff(command.description()), ...options.flatMap(optionLines)];
}

function optionLines({ flags, description }: Option): string[] {
  return ['.TP', `.B ${roff(flags)}`, roff(description)];
}
