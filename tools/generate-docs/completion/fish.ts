/** docs/completion.fish */
import { commandWords } from './command-words.ts';

export async function fishCompletion(): Promise<string> {
  const paths = await commandWords();
  const cases = [...paths].map(([path, words]) => `    case '${path}'\n      printf '%s\\n' ${words.join(' ')}`);
  return `# Written by tools/generate-docs.ts: do not edit. Use: sealane completion fish | source
function __sealane_words
  set -l at sealane
  set -l commands ${[...paths.keys()].map((path) => `'${path}'`).join(' ')}
  for word in (commandline -opc)[2..-1]
    contains -- "$at $word" $commands; and set at "$at $word"
  end
  switch $at
${cases.join('\n')}
  end
end
function __sealane_after
  string match -qr -- $argv[1] (commandline -opc)[-1]
end
complete -c sealane -f -n 'not __sealane_after "^(-o|--output)\\$"' -a '(__sealane_words)'
complete -c sealane -f -n '__sealane_after "^(-o|--output)\\$"' -a 'table json yaml'
complete -c sealane -F -n '__sealane_after "^(--.*kubeconfig|--file|-f)\\$"'
`;
}
