/** How a command is run inside a named network namespace. Pure. */
export const NAMESPACE_FOLDER = '/run/netns';

export function namespacePath(name: string): string {
  return `${NAMESPACE_FOLDER}/${name}`;
}

/** `ip netns exec` would mount a /sys of its own and hide cgroups and pins: nsenter leaves it as it is. */
export function insideNamespace(name: string | undefined, command: readonly string[]): string[] {
  return name === undefined ? [...command] : ['nsenter', `--net=${namespacePath(name)}`, '--', ...command];
}
