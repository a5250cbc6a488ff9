/** The lines of `load observe`, as they come. */
import { createInterface } from 'node:readline';
import type { Where } from '../stage/load-program.ts';
import type { Stage } from '../stage/stage.ts';

/** Times in milliseconds of CLOCK_MONOTONIC. */
export interface Observed {
  readonly kind: 'new' | 'kept';
  /** When it was begun; of a kept one: when the request was made that had no answer, or a late one. */
  readonly begun: number;
  /** 0: never. */
  readonly connected: number;
  readonly ended: number;
  /** 0: it was answered. */
  readonly errno: number;
  /** Of the pod that answered. */
  readonly by: string;
}

/** Pure. @returns undefined for a line that is not one, such as the last of a program that was ended */
export function parseObserved(line: string): Observed | undefined {
  const words = /^(new|kept) (\d+) (\d+) (\d+) (\d+) ([\d.]+)$/.exec(line);
  if (!words) return undefined;
  const ms = (at: number) => Number(words[at]) / 1e6;
  const [kind, by] = [words[1] as Observed['kind'], words[6] as string];
  return { kind, begun: ms(2), connected: ms(3), ended: ms(4), errno: Number(words[5]), by };
}

export interface Observation extends AsyncDisposable {
  readonly all: readonly Observed[];
  /** Resolves when `holds`, asked after each line, does. @throws Error after ten seconds */
  until(what: string, holds: () => boolean): Promise<void>;
}

const PATIENCE_MS = 10_000;

export async function observe(stage: Stage, words: string, where: Where): Promise<Observation> {
  const child = await stage.load.start(`observe seconds=3600 timeout=3600 ${words}`, where);
  const all: Observed[] = [];
  let heard = () => {};
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const observed = parseObserved(line);
    if (observed) all.push(observed);
    heard();
  });
  let over = false;
  void child.exited.then(() => {
    over = true;
    heard();
  });
  return {
    all,
    async until(what, holds) {
      const end = performance.now() + PATIENCE_MS;
      while (!holds()) {
        if (over) throw new Error(`wait for ${what}: the load program ended`);
        if (performance.now() > end) throw new Error(`wait for ${what}: not within ${PATIENCE_MS / 1000} s`);
        await new Promise<void>((resolve) => {
          heard = resolve;
          setTimeout(resolve, 100);
        });
      }
    },
    [Symbol.asyncDispose]: async () => {
      child.signal('SIGKILL');
      await child.exited;
    },
  };
}

/** The same clock. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
