/** Numbers for members in the kernel's tables: 0 is the own one; a number once given stays, over restarts too. */
import { renameSync, writeFileSync } from 'node:fs';
import { readJson } from '../json-file.ts';

export class ClusterIndex {
  readonly #path: string;
  readonly #names: string[];

  /** @param path file that keeps the numbers, next to the pins' state */
  constructor(path: string, self: string) {
    this.#path = path;
    this.#names = readNames(path) ?? [self];
  }

  numberOf(cluster: string): number {
    const known = this.#names.indexOf(cluster);
    if (known >= 0) return known;
    this.#names.push(cluster);
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#names), { mode: 0o640 });
    renameSync(`${this.#path}.new`, this.#path);
    return this.#names.length - 1;
  }

  /** In the order of their numbers. */
  names(): readonly string[] {
    return this.#names;
  }

  nameOf(number: number): string {
    return this.#names[number] ?? `#${number}`;
  }
}

/** A file that cannot be read is as good as none: numbers are given anew and every backend is written again. */
function readNames(path: string): string[] | undefined {
  const names = readJson(path);
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
}
