/** The command line that puts a program into its surroundings before it executes. Pure. */
import { insideNamespace } from './inside-namespace.ts';

export interface Bind {
  readonly source: string;
  readonly target: string;
}

export interface Surroundings {
  /** A named network namespace. */
  readonly namespace?: string;
  /** Folder of a cgroup v2; entered before exec, since sockets made earlier are never hooked. */
  readonly cgroup?: string;
  /** Files or folders seen in place of others, in a mount namespace of its own. */
  readonly binds?: readonly Bind[];
  /** In a UTS namespace of its own. */
  readonly hostname?: string;
}

/** `$0` is the cgroup. Every step execs the next one, so the process id stays the same throughout. */
const ENTER_CGROUP = 'echo $$ > "$0/cgroup.procs" && exec "$@"';

/** `$0` is the number of binds, then source and target of each, then the host name, then the command. */
const PREPARE = `
n=$0
while [ "$n" -gt 0 ]; do mount --bind "$1" "$2" || exit 126; shift 2; n=$((n - 1)); done
[ -z "$1" ] || echo "$1" > /proc/sys/kernel/hostname || exit 126
shift
exec "$@"`;

const PRIVATE = ['unshare', '--mount', '--uts', '--propagation', 'private', '--', 'sh', '-c', PREPARE];

export function launchLine(command: readonly string[], around: Surroundings): string[] {
  const prepared = insideNamespace(around.namespace, withPrivateFiles(command, around));
  return around.cgroup === undefined ? prepared : ['sh', '-c', ENTER_CGROUP, around.cgroup, ...prepared];
}

function withPrivateFiles(command: readonly string[], { binds = [], hostname }: Surroundings): string[] {
  if (binds.length === 0 && hostname === undefined) return [...command];
  return [
    ...PRIVATE,
    String(binds.length),
    ...binds.flatMap(({ source, target }) => [source, target]),
    hostname ?? '',
    ...command,
  ];
}
