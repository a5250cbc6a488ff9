/** What each measurement is given. */
import { loadavg } from 'node:os';
import type { Stage } from '../stage/stage.ts';
import { setStage } from '../stage/stage.ts';
import { busyShare } from './busy-share.ts';

export interface Size {
  /** Of paths. */
  readonly rounds: number;
  readonly quick: boolean;
}

export interface Context extends AsyncDisposable {
  readonly size: Size;
  /** Aborted when the run is broken off. */
  readonly signal: AbortSignal;
  /** Shown while it runs. */
  readonly say: (what: string) => void;
  /** A measurement that failed leaves the run going. @returns null and a note then */
  readonly attempt: <T>(what: string, run: () => Promise<T>) => Promise<T | null>;
  /** Made when it is first asked for. */
  stage(): Promise<Stage>;
  /** Takes the stage down. */
  strike(): Promise<void>;
  /** Looks for a second at what else the machine does. */
  look(): Promise<void>;
  readonly busy: number[];
  readonly failed: Record<string, string>;
}

export interface ContextOptions {
  readonly size: Size;
  readonly signal: AbortSignal;
  readonly say: (what: string) => void;
}

export function createContext({ size, signal, say }: ContextOptions): Context {
  let stage: Promise<Stage> | undefined;
  const failed: Record<string, string> = {};
  const busy: number[] = [];
  const self: Context = {
    size,
    signal,
    say,
    failed,
    busy,
    async attempt(what, run) {
      signal.throwIfAborted();
      try {
        return await run();
      } catch (error) {
        signal.throwIfAborted();
        failed[what] ??= error instanceof Error ? error.message : String(error);
        return null;
      }
    },
    stage: () => (stage ??= setStage(signal)),
    async strike() {
      const made = stage;
      stage = undefined;
      await (await made?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
    async look() {
      busy.push(await busyShare(1000));
    },
    [Symbol.asyncDispose]: () => self.strike(),
  };
  return self;
}

export function averageLoad(): number {
  return loadavg()[0] ?? 0;
}
