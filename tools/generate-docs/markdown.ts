/** Pieces of Markdown. */

/** `<name>` is no HTML, but as code it is left as it is. */
export function cell(text: string): string {
  const parts = text.split('`').map((part, i) => (i % 2 === 1 ? part : part.replaceAll(/<(?!br>)/g, '&lt;')));
  return parts.join('`').replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
}

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

/** A page with its title; says where it comes from. */
export function page(title: string, ...parts: readonly string[]): string {
  return `${[`# ${title}`, '<!-- Written by tools/generate-docs.ts: do not edit. -->', ...parts].join('\n\n')}\n`;
}
