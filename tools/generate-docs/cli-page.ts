/** docs/cli.md, from the two programs as they are: what --help says. */
import type { Command, Option } from 'commander';
import { type ProgramOptions, wholeProgram } from '#cli/index.ts';
import { SANDBOX } from '../../sandbox/program.ts';
import { SEALANE } from '../../src/cli/sealane.ts';
import { code, page, table } from './markdown.ts';

export interface Documented {
  /** As it is typed: `sealane sandbox fault cut`. */
  readonly path: string;
  readonly command: Command;
}

export const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'failed'],
  ['2', 'wrong command line or input'],
  ['3', 'this machine or user may not'],
  ['4', 'no such thing'],
];

/** Every command that people type, of both bundles. */
export async function everyCommand(): Promise<Documented[]> {
  const commands = await Promise.all([SEALANE, SANDBOX].map(visibleOf));
  return commands.flat();
}

async function visibleOf(options: ProgramOptions): Promise<Documented[]> {
  const program = await wholeProgram(options);
  const seen = program.commands.filter((command) => options.commands[command.name()]?.hidden !== true);
  return seen.flatMap((command) => withChildren(options.name, command));
}

function withChildren(above: string, command: Command): Documented[] {
  const path = `${above} ${command.name()}`;
  return [{ path, command }, ...command.commands.flatMap((child) => withChildren(path, child))];
}

export async function cliPage(): Promise<string> {
  const commands = await everyCommand();
  return page(
    'Commands',
    'Every command prints with `--help` what is here, and examples. Errors go to standard error; with `--output json` they are JSON.',
    table(['exit code', ''], EXIT_CODES),
    ...commands.map(section),
  );
}

/** `sealane hub credentials [options] <member>` */
export function usageOf({ path, command }: Documented): string {
  const words = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}…` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [path, ...(command.options.some(({ hidden }) => !hidden) ? ['[options]'] : []), ...words].join(' ');
}

function section(documented: Documented): string {
  const { path, command } = documented;
  const options = command.options.filter(({ hidden }) => !hidden);
  return [
    `## ${path}`,
    command.description(),
    code(usageOf(documented)),
    ...(options.length > 0 ? [table(['option', 'default', ''], options.map(optionRow))] : []),
  ].join('\n\n');
}

function optionRow(option: Option): string[] {
  const { flags, description, mandatory, defaultValue, defaultValueDescription, argChoices } = option;
  const choices = argChoices ? ` (${argChoices.join(', ')})` : '';
  return [
    code(flags),
    mandatory ? 'required' : (defaultValueDescription ?? shown(defaultValue, option.required)),
    description + choices,
  ];
}

/** A switch that is off needs no saying. */
function shown(value: unknown, takesValue: boolean): string {
  if (value === undefined || (value === false && !takesValue)) return '';
  if (typeof value === 'object' && value !== null && 'first' in value && 'last' in value) {
    return code(`${String(value.first)}-${String(value.last)}`);
  }
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}
