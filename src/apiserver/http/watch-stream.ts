/** An answer without an end, over HTTP/1.1 or HTTP/2: its timers, its limits, and everything that can end it. */
import { constants } from 'node:http2';
import { type Clock, every } from '#kit/index.ts';
import type { Exchange } from './exchange.ts';

export interface WatchStreamOptions {
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  /** How long it may last. */
  readonly seconds: number;
  /** Absent: no ticks. */
  readonly everyMs?: number;
  readonly onTick: () => void;
  /** Once, whatever the reason. */
  readonly onEnd: () => void;
}

export interface WatchStream {
  readonly write: (line: string) => void;
  /**
   * From now on a reader that lets more pile up than this is cut off: it lists again, and nobody buffers without end.
   * What it asked for at the start is not held against it.
   */
  readonly cutWhenSlow: () => void;
}

const MAX_BUFFERED = 8 * 1024 * 1024;

export function openWatchStream({ response }: Exchange, options: WatchStreamOptions): WatchStream {
  const { clock, stopping, seconds, everyMs, onTick, onEnd } = options;
  let hasEnded = false;
  let allowed = Infinity;
  const stops = [
    onEnd,
    clock.after(seconds * 1000, () => end(), { background: true }),
    everyMs ? every(clock, everyMs, onTick) : () => {},
    () => stopping.removeEventListener('abort', end),
  ];

  function end(): void {
    if (hasEnded) return;
    hasEnded = true;
    for (const stop of stops) stop();
    response.end();
  }

  function cut(): void {
    end();
    if (response.stream) response.stream.close(constants.NGHTTP2_CANCEL);
    else response.destroy();
  }

  response.on('close', end);
  stopping.addEventListener('abort', end);
  response.writeHead(200, { 'content-type': 'application/json' });
  (response as { flushHeaders?: () => void }).flushHeaders?.(); // HTTP/1.1 would wait for the first event
  // Gone before we listened: then neither event comes any more.
  if (stopping.aborted || response.destroyed || response.stream?.destroyed) end();
  return {
    write(line) {
      if (hasEnded) return;
      response.write(line);
      if (response.writableLength > allowed) cut();
    },
    cutWhenSlow: () => {
      allowed = response.writableLength + MAX_BUFFERED;
    },
  };
}
