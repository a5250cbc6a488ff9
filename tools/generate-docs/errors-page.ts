/** docs/errors.md: the codes that programs branch on. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorUse, errorsIn } from './collect-errors.ts';
import { code, page, table } from './markdown.ts';

/** Fewer than this means that the parser saw nothing. */
const SEEN_AT_LEAST = 80;
const NOT_SHIPPED = /\.test\.ts$|-suite\.ts$|\/test-[^/]*\.ts$|\/testing\/|\/generated\//;

export function errorsPage(root: string): string {
  const rooms = new Set([...readdirSync(join(root, 'src')), 'sandbox']);
  const files = globSync('{src,sandbox}/**/*.ts', { cwd: root })
    .filter((file) => !NOT_SHIPPED.test(file))
    .sort();
  const uses = files.flatMap((file) => errorsIn(file, readFileSync(join(root, file), 'utf8'), rooms));
  const byCode = Map.groupBy(uses, (use) => use.code);
  if (byCode.size < SEEN_AT_LEAST) throw new Error(`saw only ${byCode.size} error codes`);
  const byRoom = Map.groupBy([...byCode].toSorted(byName), ([name]) => name.split('/')[0] ?? '');
  return page(
    'Errors',
    'A message reads `operation subject: cause (hint)`. Its text may change; the code does not: it is in logs as `err.code`, and in what a ' +
      'command prints with `--output json`. `<name>` stands for a value; a message of … is put together from what was refused.',
    ...[...byRoom].map(
      ([room, codes]) => `## ${room}\n\n${table(['code', 'message', 'hint', 'made in'], codes.map(row))}`,
    ),
  );
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function row([name, uses]: readonly [string, readonly ErrorUse[]]): string[] {
  const distinct = (texts: readonly (string | undefined)[]) => [...new Set(texts.filter((text) => text !== undefined))];
  const messages = distinct(uses.map(({ message }) => message));
  const files = distinct(uses.map(({ file }) => code(file)));
  return [
    code(name),
    messages.join('<br>') || '…',
    distinct(uses.map(({ hint }) => hint)).join('<br>'),
    files.join(' '),
  ];
}
