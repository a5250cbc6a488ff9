/**
 * The process that makes links slow where the kernel has no netem: takes frames from devices, holds them, and gives them back to the
 * devices they came from. One file says all of a device.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namespacePath } from '#host/index.ts';
import { enterNamespace, FrameSocket } from '#kernel/index.ts';
import { createLog, every, type Log, systemClock } from '#kit/index.ts';
import { statePaths } from '#sandbox/supervise/index.ts';
import { holding, type Slowness } from './holding.ts';

/** What is in a file. */
export interface Relayed extends Slowness {
  readonly namespace: string;
  readonly device: string;
  /** Of the device: another one may come under the same name. */
  readonly index: number;
}

const LOOK_EVERY_MS = 50;

/** Runs until it is killed; what it holds then is lost. */
export function runRelay(sandbox: string): void {
  const { delays } = statePaths(sandbox);
  const log = createLog('relay', { sandbox });
  const open = new Map<string, Disposable>();
  const look = () => {
    const texts = new Set(textsIn(delays));
    for (const [text, relayed] of open) {
      if (texts.has(text)) continue;
      relayed[Symbol.dispose]();
      open.delete(text);
    }
    for (const text of texts) {
      const relayed = open.get(text) ?? relay(JSON.parse(text) as Relayed, log);
      if (relayed) open.set(text, relayed);
    }
  };
  mkdirSync(delays, { recursive: true });
  look();
  // Not watched: who has no inotify instance left would have no relay either.
  every(systemClock, LOOK_EVERY_MS, look);
}

/** @returns undefined when the device has gone meanwhile */
function relay({ namespace, device, ...slowness }: Relayed, log: Log): Disposable | undefined {
  try {
    const frames = enterNamespace(namespacePath(namespace), () => new FrameSocket(device, (frame) => take(frame)));
    const take = holding(slowness, systemClock, (frame: Buffer) => frames.write(frame));
    log.info({ namespace, device, ...slowness }, 'relays');
    return frames;
  } catch (error) {
    log.warn({ namespace, device, err: error }, 'cannot relay');
    return undefined;
  }
}

function textsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.flatMap((name) => {
    try {
      return [readFileSync(join(folder, name), 'utf8')];
    } catch {
      return []; // gone meanwhile
    }
  });
}
