/** What the numbers and addresses in the kernel's tables are called, left in a file for who looks while no agent runs. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each is `namespace/name`, or a duty of the agent itself. */
export interface Names {
  /** By `vipKey` of what is called. */
  readonly services: Readonly<Record<string, string>>;
  /** By protocol and port of a gateway, `TCP/10001`. */
  readonly lanes: Readonly<Record<string, string>>;
}

const FILE = 'names.json';
const NONE: Names = { services: {}, lanes: {} };

export class NamesFile {
  readonly #path: string;
  #written = '';

  constructor(stateDir: string) {
    this.#path = join(stateDir, FILE);
  }

  write(names: Names): void {
    const text = JSON.stringify(names);
    if (text === this.#written) return;
    writeFileSync(`${this.#path}.new`, text, { mode: 0o640 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#written = text;
  }
}

/** A file that cannot be read is as good as none. */
export function readNames(stateDir: string): Names {
  try {
    return { ...NONE, ...(JSON.parse(readFileSync(join(stateDir, FILE), 'utf8')) as Partial<Names>) };
  } catch {
    return NONE;
  }
}

export function laneKey(protocol: string, port: number): string {
  return `${protocol}/${port}`;
}
