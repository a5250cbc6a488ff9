/** What containers wrote, as `kubectl logs` asks for it. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { type Clock, sleep } from '#kit/index.ts';
import type { FoundContainer } from './pods.ts';

export interface LogQuery {
  readonly follow: boolean;
  readonly previous: boolean;
  /** Only so many lines from the end. */
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

const CHUNK = 64 * 1024;
const LOOK_EVERY_MS = 100;

/** @returns undefined when there is no such log */
export function logFileOf(container: FoundContainer, previous: boolean): string | undefined {
  const run = container.record.restartCount - (previous ? 1 : 0);
  const file = run < 0 ? undefined : container.logFile(run);
  return file !== undefined && existsSync(file) ? file : undefined;
}

/** Writes the log and, following, what is added until the run has ended. */
export async function sendLog(
  file: string,
  query: LogQuery,
  isRunning: () => boolean,
  response: ServerResponse,
  clock: Clock,
): Promise<void> {
  const descriptor = openSync(file, 'r');
  try {
    let at = startOf(descriptor, query.tailLines);
    const end = query.limitBytes === undefined ? Infinity : at + query.limitBytes;
    while (!response.destroyed) {
      const wasRunning = isRunning();
      const bytes = readAt(descriptor, at, Math.min(CHUNK, end - at));
      at += bytes.length;
      if (bytes.length > 0) response.write(bytes);
      else if (!query.follow || !wasRunning || at >= end) break;
      else await sleep(clock, LOOK_EVERY_MS);
    }
    response.end();
  } finally {
    closeSync(descriptor);
  }
}

function readAt(descriptor: number, at: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(descriptor, buffer, 0, length, at));
}

/** Where the last `lines` lines begin; found from the end backwards. */
function startOf(descriptor: number, lines: number | undefined): number {
  const { size } = fstatSync(descriptor);
  if (lines === undefined) return 0;
  if (lines === 0) return size;
  let seen = 0;
  for (let end = size; end > 0; end -= Math.min(CHUNK, end)) {
    const begin = Math.max(0, end - CHUNK);
    const bytes = readAt(descriptor, begin, end - begin);
    for (let i = bytes.length - 1; i >= 0; i -= 1) {
      // The newline at the very end closes the last line.
      if (bytes[i] !== 10 || begin + i === size - 1) continue;
      seen += 1;
      if (seen === lines) return begin + i + 1;
    }
  }
  return 0;
}
