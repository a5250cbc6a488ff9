/** A file that another process follows, or the next one finds: written whole, put in place by rename, only when something changed. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export class JsonFile<T> {
  readonly #path: string;
  #written = '';

  constructor(path: string) {
    this.#path = path;
  }

  read(): unknown {
    return readJson(this.#path);
  }

  write(value: T): void {
    const text = JSON.stringify(value);
    if (text === this.#written) return;
    writeFileSync(`${this.#path}.new`, text, { mode: 0o640 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#written = text;
  }
}

/** What is there; undefined when nothing is, or half of it: the machine may have gone down meanwhile. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
