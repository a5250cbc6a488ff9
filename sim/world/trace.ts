/** What happened, in order: a hash of all of it, and the last lines to read. */
import type { VirtualTime } from '../time/virtual-time.ts';

const KEPT = 400;

export class Trace {
  readonly #time: VirtualTime;
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #lines: string[] = [];
  #low = 0x811c9dc5;
  #high = 0x1000193;
  count = 0;

  /** @param onLine told of every line */
  constructor(time: VirtualTime, onLine?: (line: string) => void) {
    this.#time = time;
    this.#onLine = onLine;
  }

  note(text: string): void {
    const line = `${this.#time.now.toFixed(3)} ${text}`;
    this.count += 1;
    for (let i = 0; i < line.length; i++) {
      this.#low = Math.imul(this.#low ^ line.charCodeAt(i), 0x01000193);
      this.#high = Math.imul(this.#high + line.charCodeAt(i), 0x85ebca6b) ^ (this.#low >>> 7);
    }
    this.#lines.push(line);
    if (this.#lines.length > 2 * KEPT) this.#lines.splice(0, KEPT);
    this.#onLine?.(line);
  }

  /** The same for the same run, 16 hex digits. */
  get hash(): string {
    return [this.#high, this.#low].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
  }

  last(count: number): readonly string[] {
    return this.#lines.slice(-count);
  }
}
