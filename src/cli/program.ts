/** Runs a command line: loads only the command that is called, turns what it throws into a message and an exit code. */
import { Command, CommanderError } from 'commander';
import { messageOf, SealaneError } from '#kit/index.ts';
import { printJson } from './output.ts';
import { version } from './version.ts';

/** A command's module. */
export interface CommandModule {
  register(program: Command): void;
}

export interface LazyCommand {
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
  /** Not in the help: started by other processes. */
  readonly hidden?: boolean;
}

export interface ProgramOptions {
  readonly name: string;
  readonly description: string;
  readonly commands: Readonly<Record<string, LazyCommand>>;
  readonly after?: string;
}

/** Shown at the end of `--help`. */
const EXIT_CODES = `
Exit codes: 0 done · 1 failed · 2 wrong command line or input · 3 this machine or user may not · 4 no such thing`;

/**
 * @returns the code to exit with at once, whatever is still open; undefined when the command was carried out, and then
 *   `process.exitCode` is its own and what it left running goes on
 */
export async function runProgram(options: ProgramOptions, args: readonly string[]): Promise<number | undefined> {
  process.stdout.on('error', endWithReader);
  try {
    const program = await build(options, args);
    await program.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    report(options.name, error, args);
    return exitCodeOf(error);
  }
}

/** `sealane … | head` reads no more: that is no fault. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

async function build(options: ProgramOptions, args: readonly string[]): Promise<Command> {
  const called = args.find((arg) => !arg.startsWith('-'));
  return assemble(options, (command) => command === called);
}

/** The program with every command loaded: for reference pages and completion. */
export function wholeProgram(options: ProgramOptions): Promise<Command> {
  return assemble(options, () => true);
}

async function assemble(
  { name, description, commands, after = '' }: ProgramOptions,
  isNeeded: (command: string) => boolean,
): Promise<Command> {
  const program = new Command(name)
    .description(description)
    .version(version())
    .exitOverride()
    .showSuggestionAfterError();
  program.addHelpText('after', after + EXIT_CODES);
  for (const [command, { summary, load, hidden = false }] of Object.entries(commands)) {
    if (isNeeded(command)) (await load()).register(program);
    else program.command(command, { hidden }).description(summary);
  }
  inherit(program);
  return program;
}

/** Commander copies these to a command only when it is made by `command()`, before its own were set. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride();
    inherit(child);
  }
}

function report(name: string, error: unknown, args: readonly string[]): void {
  if (wantsJson(args) && error instanceof SealaneError) {
    const { code, message, hint } = error;
    return printJson({ error: { code, message, hint } });
  }
  const text = error instanceof SealaneError ? error.message : ((error as Error).stack ?? messageOf(error));
  process.stderr.write(`${name}: ${text}\n`);
}

function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (arg, i) =>
      arg === '--output=json' || arg === '-ojson' || (arg === 'json' && /^(-o|--output)$/.test(args[i - 1] ?? '')),
  );
}

const EXIT_CODE: readonly [RegExp, number][] = [
  [/\/(bad|unknown|wrong)-/, 2],
  [/\/(not-privileged|command-missing|no-cgroup2|no-btf|old-kernel|forbidden|unauthorized)$/, 3],
  [/\/(not-found|not-up|no-such-[a-z-]+)$/, 4],
];

/** By the error's code, never its text. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof SealaneError ? error.code : '';
  return EXIT_CODE.find(([pattern]) => pattern.test(code))?.[1] ?? 1;
}
