/** The comments of the C headers, which BTF does not carry. Our own style of C is all it understands. */
export class CSource {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The first comment, before any code but for the line of the licence. */
  head(): string {
    const rest = this.#text.replace(/^.*SPDX.*\n(#pragma once\n)?/, '');
    return tidy(/^\/\*((?:(?!\*\/)[\s\S])*)\*\//.exec(rest)?.[1] ?? '');
  }

  /** The comment right above `enum name {` or `struct name {`. */
  above(kind: 'enum' | 'struct', name: string): string {
    const found = new RegExp(`/\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n${kind} ${name} \\{`).exec(this.#text);
    return tidy(found?.[1] ?? '');
  }

  /** Comments of the members, above them or at their line's end. */
  members(kind: 'enum' | 'struct', name: string): Map<string, string> {
    const comments = new Map<string, string>();
    let above = '';
    for (const line of this.#body(kind, name).split('\n')) {
      const whole = /^\s*\/\*(.*)\*\/\s*$/.exec(line);
      if (whole) {
        above = whole[1] ?? '';
        continue;
      }
      const member = /(\w+)(?:\[\w+\])?(?: = [^,;]+)?[,;](?:\s*\/\*(.*)\*\/)?\s*$/.exec(line);
      if (member?.[1]) comments.set(member[1], tidy(member[2] ?? above));
      above = '';
    }
    return comments;
  }

  #body(kind: string, name: string): string {
    return new RegExp(`\\n${kind} ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(this.#text)?.[1] ?? '';
  }
}

function tidy(comment: string): string {
  return comment
    .replace(/\n\s*\*\s?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
