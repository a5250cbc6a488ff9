/** docs/completion.zsh */
import { commandWords } from './command-words.ts';

export async function zshCompletion(): Promise<string> {
  const paths = await commandWords();
  const cases = [...paths].map(([path, words]) => `    "${path}") found=(${words.join(' ')}) ;;`);
  return `# Written by tools/generate-docs.ts: do not edit. Use: source <(sealane completion zsh)
_sealane() {
  local word at=sealane
  local -a found
  local commands=" ${[...paths.keys()].map((path) => path.replaceAll(' ', '/')).join(' ')} "
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$commands" in (*" \${at// //}/$word "*) at="$at $word" ;; esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  case "\${words[CURRENT-1]}" in
    --*kubeconfig | --file | -f) _files ;;
    -o | --output) compadd -- table json yaml ;;
    *) compadd -- $found ;;
  esac
}
compdef _sealane sealane
`;
}
