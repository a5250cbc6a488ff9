import { systemClock } from '#kit/index.ts';

export interface Progress {
  readonly say: (what: string) => void;
  end(): void;
}

/** What is being done, since when: on a terminal one line that changes, elsewhere a line each. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  const started = systemClock.monotonic();
  const minutes = () => {
    const seconds = Math.floor((systemClock.monotonic() - started) / 1000);
    return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
  };
  return {
    say: (what) => void stream.write(stream.isTTY ? `\r\x1b[K${minutes()} ${what}` : `${minutes()} ${what}\n`),
    end: () => void (stream.isTTY && stream.write('\r\x1b[K')),
  };
}
