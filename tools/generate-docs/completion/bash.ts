/** docs/completion.bash */
import { commandWords } from './command-words.ts';

export async function bashCompletion(): Promise<string> {
  const paths = await commandWords();
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
