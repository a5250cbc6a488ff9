/** A file that another process follows, or the next one finds: written whole, put in place by rename, only when something changed. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export class JsonFile<T> {
  readonly #path: string;
  #written = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** What is there; undefined when nothing is, or half of it. */
  read(): unknown {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8'));
    } catch {
      return undefined;
    }
  }

  write(value: T): void {
    const text = JSON.stringify(value);
    if (text === this.#written) return;
    writeFileSync(`${this.#path}.new`, text, { mode: 0o640 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#written = text;
  }
}
