/** An answer as the client of `kube` reads it. */
import type { IncomingMessage } from 'node:http';

export class IncomingAnswer {
  readonly statusCode: number;
  readonly headers = {};
  readonly #onDestroy: () => void;
  #chunks: Buffer[] = [];
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param onDestroy the reader has had enough */
  constructor(statusCode: number, onDestroy: () => void) {
    this.statusCode = statusCode;
    this.#onDestroy = onDestroy;
  }

  get message(): IncomingMessage {
    return this as unknown as IncomingMessage;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#stir();
  }

  finish(): void {
    this.#ended = true;
    this.#stir();
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.#stir();
  }

  setTimeout(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  destroy(error = new Error('aborted')): this {
    if (!this.#ended) this.fail(error);
    this.#onDestroy();
    return this;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      for (const chunk of this.#chunks.splice(0)) yield chunk;
      if (this.#error) throw this.#error;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #stir(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
