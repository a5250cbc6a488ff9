const HEAD = 128;

/** Text of which only the end is kept: a rejected loop makes the verifier print megabytes. */
export class LogTail {
  readonly #limit: number;
  #text = '';

  /** @param limit characters kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  append(text: string): void {
    this.#text = (this.#text + this.#shortened(text)).slice(-this.#limit);
  }

  /** One long text keeps its first words too: they say whose it is. */
  #shortened(text: string): string {
    if (text.length < this.#limit) return text;
    const head = text.slice(0, HEAD);
    return `${head}\n[…]\n${text.slice(-(this.#limit - 2 * HEAD))}`;
  }

  /** What was said since the last take. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
