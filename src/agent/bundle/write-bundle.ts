/**
 * `sealane support-bundle`: what somebody who helps from afar has to know, in one file, without secrets. Each part is collected by
 * itself: one that fails is noted in the bundle, and the others are there.
 */
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { REMOVED, redactObject, redactText } from '#explain/index.ts';
import { run } from '#host/index.ts';
import { messageOf } from '#kit/index.ts';
import { type BundleQuestion, type Part, partsOf } from './parts.ts';

export interface BundleReport {
  readonly file: string;
  readonly parts: number;
  /** What could not be collected, and why. */
  readonly failures: Readonly<Record<string, string>>;
  /** How often something was taken out, by file. */
  readonly removed: Readonly<Record<string, number>>;
}

/**
 * @param file ends with .tar.gz; it appears whole or not at all, for its owner only
 * @param say told of each part as it begins
 */
export async function writeBundle(
  question: BundleQuestion,
  file: string,
  say: (part: string) => void,
): Promise<BundleReport> {
  const folder = mkdtempSync(join(tmpdir(), 'sealane-bundle-'));
  try {
    const root = join(folder, basename(file).replace(/\.tar\.gz$/, ''));
    const collected = await collect(partsOf(question), root, say);
    writePart(root, 'LEFT-OUT.md', leftOut(collected));
    const half = `${file}.${process.pid}.half`;
    await run('tar', ['-czf', half, '-C', folder, basename(root)]);
    chmodSync(half, 0o600);
    renameSync(half, file);
    return { file, ...collected };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Collected = Omit<BundleReport, 'file'>;

async function collect(parts: readonly Part[], root: string, say: (part: string) => void): Promise<Collected> {
  const failures: Record<string, string> = {};
  const removed: Record<string, number> = {};
  for (const { name, read } of parts) {
    say(name);
    try {
      const text = shown(await read());
      const count = text.split(REMOVED).length - 1;
      if (count > 0) removed[name] = count;
      writePart(root, name, text);
    } catch (error) {
      failures[name] = redactText(messageOf(error));
    }
  }
  return { parts: parts.length, failures, removed };
}

function shown(found: unknown): string {
  return typeof found === 'string' ? redactText(found) : `${JSON.stringify(redactObject(found), undefined, 1)}\n`;
}

function writePart(root: string, name: string, text: string): void {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text);
}

function leftOut({ failures, removed }: Collected): string {
  const list = (of: Readonly<Record<string, string | number>>) =>
    Object.entries(of).map(([name, what]) => `- ${name}: ${what}`);
  return `${[
    '# What is not in here',
    `Never read: Secrets. Taken out wherever they stood, \`${REMOVED}\` is in their place: private keys, bearer tokens, passwords, API keys,`,
    'users in URLs, values of environment variables, kubectl’s copy of what was applied. Logs have their end only, tables their first entries.',
    '## Taken out, by file',
    ...(list(removed).length > 0 ? list(removed) : ['nothing']),
    '## Not collected',
    ...(list(failures).length > 0 ? list(failures) : ['nothing: every part is here']),
  ].join('\n')}\n`;
}
