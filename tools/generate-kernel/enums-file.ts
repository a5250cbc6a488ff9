import type { ObjectContents } from '../../src/kernel/inspect-object.ts';
import type { CSource } from './c-source.ts';
import { enumsOf } from './collect.ts';
import { HEADER, pascal, quoted } from './names.ts';

/** `as const` objects; where the values carry comments, their texts too. Enumerations of the kernel itself are left out. */
export function enumsFile(objects: ReadonlyMap<string, ObjectContents>, source: CSource): string {
  const parts = [...enumsOf(objects)]
    .filter(([name]) => source.members('enum', name).size > 0)
    .map(([name, type]) => enumText(name, type.values, source));
  return `${HEADER}\n${parts.join('\n')}`;
}

type Values = readonly { readonly name: string; readonly value: number }[];

function enumText(name: string, values: Values, source: CSource): string {
  const comments = source.members('enum', name);
  const prefix = commonPrefix(values.map((value) => value.name));
  const short = (value: string): string => pascal(value.slice(prefix.length));
  const listed = values.filter((value) => value.name.startsWith(prefix) && short(value.name));
  const rows = listed.map(
    ({ name: value, value: number }) => `${doc(comments.get(value))}  ${short(value)}: ${number},\n`,
  );
  const texts = listed.filter(({ name: value }) => comments.get(value));
  const textRows = texts.map(
    ({ name: value, value: number }) => `  ${number}: ${quoted(comments.get(value) ?? '')},\n`,
  );
  const above = source.above('enum', name) || `enum ${name}`;
  const table = textRows.length
    ? `\n/** What each value of ${pascal(name)} means, for people. */\nexport const ${pascal(name)}Text: Readonly<Record<number, string>> = {\n${textRows.join('')}};\n`
    : '';
  return `/** ${above} */\nexport const ${pascal(name)} = {\n${rows.join('')}} as const;\n${table}`;
}

/** Up to and with an underscore, shared by most: the last value may name only the end. */
function commonPrefix(names: readonly string[]): string {
  const first = names[0] ?? '';
  const end = first.indexOf('_') + 1;
  return names.every((name) => name.startsWith(first.slice(0, end)) || name === names.at(-1))
    ? first.slice(0, end)
    : '';
}

function doc(comment: string | undefined): string {
  return comment ? `  /** ${comment} */\n` : '';
}
