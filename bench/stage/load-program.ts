/** Compiles and runs the load program of `bench/load`. */
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run, type RunningProcess, startProcess } from '#host/index.ts';
import { text } from 'node:stream/consumers';

export interface Where {
  readonly namespace: string;
  readonly cgroup: string;
}

/** Of one piece of work; times in nanoseconds unless they say otherwise. */
export interface LoadReport {
  readonly wallNs: number;
  /** Requests, connections or bytes. */
  readonly done: number;
  readonly failed: number;
  readonly errno: number;
  /** Of the load program itself. */
  readonly userUs: number;
  readonly systemUs: number;
  /** Of all processors of the machine. */
  readonly busyNs: number;
  readonly idleNs: number;
  readonly latencyNs?: { readonly p50: number; readonly p90: number; readonly p99: number; readonly p999: number };
}

export class LoadProgram {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  static async compile(folder: string): Promise<LoadProgram> {
    const file = join(folder, 'load');
    const sources = globSync(join(import.meta.dirname, '../load/*.c'));
    await run('clang', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', file, ...sources]);
    return new LoadProgram(file);
  }

  /** @param words such as `requests to=10.1.0.1:8080 count=1000`. @throws Error with what it complained of */
  async measure(words: string, where: Where): Promise<LoadReport> {
    return JSON.parse(await this.output(words, where)) as LoadReport;
  }

  async output(words: string, where: Where): Promise<string> {
    const child = await this.start(words, where);
    const [out, err, { code, signal }] = await Promise.all([
      text(child.stdout as NodeJS.ReadableStream),
      text(child.stderr as NodeJS.ReadableStream),
      child.exited,
    ]);
    if (code === 0) return out;
    throw new Error(`load ${words.slice(0, 120)}: ${err.trim() || (signal === 'SIGALRM' ? 'took too long' : signal)}`);
  }

  /** Resolves when it listens; it goes with its cgroup. */
  async serve(words: string, where: Where): Promise<void> {
    const child = await this.start(`serve ${words}`, where);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    await Promise.race([once(lines, 'line'), child.exited.then(() => Promise.reject(new Error('the server ended')))]);
  }

  /** For work that is followed while it runs. */
  start(words: string, { namespace, cgroup }: Where): Promise<RunningProcess> {
    return startProcess({ command: this.#file, args: words.split(' '), namespace, cgroup });
  }
}
