/** Links, addresses, routes and packet filters, through the `ip` and `nft` programs: Node has no netlink. */
import { SealaneError } from '#kit/index.ts';
import { capture, run } from './command.ts';
import { insideNamespace } from './inside-namespace.ts';

export interface Where {
  /** A named network namespace; the caller's own when left out. */
  readonly namespace?: string;
}

/** Answers of `ip -json`, such as `ipJson(['link', 'show'])`. @throws `host/command-failed` */
export async function ipJson<T>(args: readonly string[], { namespace }: Where = {}): Promise<T[]> {
  const text = await run('ip', [...(namespace ? ['-n', namespace] : []), '-json', ...args]);
  return text.trim() === '' ? [] : (JSON.parse(text) as T[]);
}

/**
 * Many `ip` commands by one process, in order; stops at the first that fails.
 * @throws `host/command-failed`, naming the line
 */
export async function ipBatch(lines: readonly string[], { namespace }: Where = {}): Promise<void> {
  if (lines.length === 0) return;
  const args = [...(namespace ? ['-n', namespace] : []), '-batch', '-'];
  const { code, stderr } = await capture('ip', args, { input: `${lines.join('\n')}\n` });
  if (code !== 0) throw batchFailure(lines, stderr, namespace);
}

/** ip ends with `Command failed -:2`, the number of the line. */
function batchFailure(lines: readonly string[], stderr: string, namespace: string | undefined): SealaneError {
  const said = stderr.trim().split('\n');
  const line = Number(/-:(\d+)$/.exec(said.at(-1) ?? '')?.[1] ?? 1);
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return new SealaneError('host/command-failed', `apply "${lines[line - 1]}"${where}`, {
    cause: new Error(said.slice(0, -1).join('; ') || stderr.trim()),
    fields: { command: 'ip', line, stderr },
  });
}

/** Applies an nftables script as one transaction. @throws `host/command-failed` */
export async function nft(script: string, { namespace }: Where = {}): Promise<void> {
  const [command = 'nft', ...args] = insideNamespace(namespace, ['nft', '-f', '-']);
  await run(command, args, { input: script });
}

/**
 * Kernel settings by their dotted names; those below `net.` belong to the namespace.
 * @throws `host/command-failed` naming the first that cannot be set
 */
export async function setSysctls(settings: Readonly<Record<string, string>>, { namespace }: Where = {}): Promise<void> {
  const lines = Object.entries(settings).map(
    ([name, value]) => `echo ${value} > /proc/sys/${name.replaceAll('.', '/')}`,
  );
  const [command = 'sh', ...args] = insideNamespace(namespace, ['sh', '-e', '-s']);
  await run(command, args, { input: `${lines.join('\n')}\n` });
}
