/** Text of which only the end is kept: a rejected loop makes the verifier print megabytes. */
export class LogTail {
  readonly #limit: number;
  #text = '';

  /** @param limit characters kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  append(text: string): void {
    this.#text = (this.#text + text).slice(-this.#limit);
  }

  /** What was said since the last take. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
