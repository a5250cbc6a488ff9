/** What may follow each command, from the two programs as they are. */
import { type Documented, everyCommand } from '../cli-page.ts';

/** Words by command, as `sealane bpf` → `events`, `swap`, …, `--help`. */
export async function commandWords(): Promise<ReadonlyMap<string, readonly string[]>> {
  const commands = await everyCommand();
  const words = new Map(commands.map(({ path, command }) => [path, wordsAfter(path, commands, command)]));
  words.set('sealane', [...childrenOf('sealane', commands), 'sandbox', '--help', '--version']);
  words.set('sealane sandbox', [...childrenOf('sealane sandbox', commands), '--help']);
  return words;
}

function wordsAfter(path: string, commands: readonly Documented[], command: Documented['command']): string[] {
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const flags = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
  return [...childrenOf(path, commands), ...choices, ...flags, '--help'];
}

function childrenOf(path: string, commands: readonly Documented[]): string[] {
  return commands.flatMap((one) => {
    const rest = one.path.startsWith(`${path} `) ? one.path.slice(path.length + 1) : '';
    return rest !== '' && !rest.includes(' ') ? [rest] : [];
  });
}
