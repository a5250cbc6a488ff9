/** docs/completion.bash, from the two programs as they are. */
import { type Documented, everyCommand } from './cli-page.ts';

export async function completionScript(): Promise<string> {
  const commands = await everyCommand();
  const paths = new Map(commands.map(({ path, command }) => [path, wordsAfter(path, commands, command)]));
  paths.set('sealane', [...childrenOf('sealane', commands), 'sandbox', '--help', '--version']);
  paths.set('sealane sandbox', [...childrenOf('sealane sandbox', commands), '--help']);
  const cases = [...paths].map(([path, words]) => `    "${path}") words="${words.join(' ')}" ;;`);
  return `# Written by tools/generate-docs.ts: do not edit. Use: source <(sealane completion bash)
_sealane() {
  local word words at="sealane" current="\${COMP_WORDS[COMP_CWORD]}"
  local commands=" ${[...paths.keys()].map((path) => path.replaceAll(' ', '/')).join(' ')} "
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$commands" in *" \${at// //}/$word "*) at="$at $word" ;; esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    --*kubeconfig | --file | -f) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    -o | --output) mapfile -t COMPREPLY < <(compgen -W "table json yaml" -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
  esac
}
complete -F _sealane -o bashdefault sealane ./sealane
`;
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
