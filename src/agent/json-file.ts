/** A file that another process follows: written whole, put in place by rename, only when something changed. */
import { renameSync, writeFileSync } from 'node:fs';

export class JsonFile<T> {
  readonly #path: string;
  #written = '';

  constructor(path: string) {
    this.#path = path;
  }

  write(value: T): void {
    const text = JSON.stringify(value);
    if (text === this.#written) return;
    writeFileSync(`${this.#path}.new`, text, { mode: 0o640 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#written = text;
  }
}
