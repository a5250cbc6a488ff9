/** What runs in a container, as no image is pulled: the machine's own program, a stand-in, or nothing. Pure. */

export interface ContainerCommand {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
}

export type Program =
  /** A program of the machine. */
  | { readonly kind: 'own'; readonly argv: readonly string[] }
  /** Arguments for `pod-tool`; `says` tells people what they got. */
  | { readonly kind: 'stand-in'; readonly args: readonly string[]; readonly says: string }
  | { readonly kind: 'missing'; readonly message: string };

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'flomesh/pipy': 8080,
  'kennethreitz/httpbin': 80,
  'mccutchen/go-httpbin': 8080,
  'ealen/echo-server': 80,
  'hashicorp/http-echo': 5678,
  'traefik/whoami': 80,
  'registry.k8s.io/e2e-test-images/agnhost': 80,
  echo: 80,
  httpbin: 80,
  nginx: 80,
  'sealane/http': 8080,
};

/** Images whose point is a shell: they stay and wait for `exec`. */
const IDLE = ['curlimages/curl', 'busybox', 'alpine', 'sealane/idle', 'nicolaka/netshoot', 'registry.k8s.io/pause'];

/** @param hasProgram whether the machine has a program of this name or path */
export function chooseProgram(container: ContainerCommand, hasProgram: (name: string) => boolean): Program {
  const { command = [], args = [], image = '' } = container;
  const [name] = command;
  if (name === undefined) return ofImage(image, args);
  const argv = [...command, ...args];
  if (baseName(name) === 'pod-tool') return { kind: 'stand-in', args: argv.slice(1), says: 'runs pod-tool' };
  if (baseName(name) === 'pipy') return pipy(argv.slice(1));
  if (hasProgram(name)) return { kind: 'own', argv };
  return {
    kind: 'missing',
    message: `image "${image}" is not pulled, and its program "${name}" is neither on this machine nor has it a stand-in`,
  };
}

function ofImage(image: string, args: readonly string[]): Program {
  const repository = repositoryOf(image);
  if (repository === 'flomesh/pipy' && args.length > 0) return pipy(args);
  if (repository === 'sealane/udp') {
    return { kind: 'stand-in', args: ['serve-udp', '--port', '5353'], says: 'a UDP server on port 5353' };
  }
  const port = DEFAULT_PORTS[repository];
  if (port !== undefined) return http(port, `stands in for ${image}: an HTTP server on port ${port}`);
  if (IDLE.includes(repository)) return { kind: 'own', argv: ['sleep', 'infinity'] };
  const known = [...Object.keys(DEFAULT_PORTS), ...IDLE].join(', ');
  return {
    kind: 'missing',
    message: `images are not pulled here, and "${image}" has no stand-in; give a command that this machine has, or use one of ${known}`,
  };
}

/** A script on the command line is read for its port and for what it answers, not run. */
function pipy(args: readonly string[]): Program {
  const script = args[args.indexOf('-e') + 1] ?? args.find((arg) => !arg.startsWith('-')) ?? '';
  const port = Number(/\.\s*listen\(\s*(\d+)/.exec(script)?.[1] ?? 8080);
  const text = answerOf(script);
  return http(port, `stands in for pipy: an HTTP server on port ${port} that answers as its script would`, text);
}

function http(port: number, says: string, text?: string): Program {
  const args = ['serve-http', '--port', String(port), ...(text === undefined ? [] : ['--text', text])];
  return { kind: 'stand-in', args, says };
}

/**
 * The text in `new Message(…)`: literals and `os.env[…]` joined by `+`. An environment variable becomes `$(NAME)`.
 * @returns undefined when it is anything else
 */
export function answerOf(script: string): string | undefined {
  const inside = /new Message\(([\s\S]*?)\)\s*\)/.exec(script)?.[1];
  if (inside === undefined) return undefined;
  const parts = inside.match(TERM) ?? [];
  const rest = inside.replace(TERM, '').replace(/[\s+]/g, '');
  return rest === '' && parts.length > 0 ? parts.map(termText).join('') : undefined;
}

const TERM = /os\.env\s*(?:\[\s*['"]\w+['"]\s*\]|\.\s*\w+)|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g;

function termText(term: string): string {
  const variable = /^os\.env\s*(?:\[\s*['"]|\.\s*)(\w+)/.exec(term)?.[1];
  if (variable !== undefined) return `$(${variable})`;
  return term.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function repositoryOf(image: string): string {
  const name = image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
  return name.replace(/^(docker\.io\/)?(library\/)?/, '');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
