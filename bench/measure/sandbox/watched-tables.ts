import { mappedRecords, openPinnedMap } from '#kernel/index.ts';

/** As much of each table as the few services of a sandbox use. */
const BYTES = 16_384;

/** Tells when any of these tables of an agent changes, by looking at the kernel's memory. */
export interface WatchedTables {
  /** Resolves with the time (`performance.now()`) at which a change was seen. @throws Error after ten seconds */
  change(): Promise<number>;
  changed(): boolean;
  /** Takes what is there now as unchanged. */
  note(): void;
}

const PATIENCE_MS = 10_000;

export function watchTables(pins: readonly string[], tables: readonly string[]): WatchedTables {
  const memory = pins.flatMap((pin) => tables.map((table) => bytesOf(`${pin}/maps/${table}`)));
  let known = memory.map((bytes) => Buffer.from(bytes));
  const differs = () => memory.some((bytes, i) => !bytes.equals(known[i] as Buffer));
  return {
    changed: differs,
    note() {
      known = memory.map((bytes) => Buffer.from(bytes));
    },
    async change() {
      const end = performance.now() + PATIENCE_MS;
      while (!differs()) {
        if (performance.now() > end)
          throw new Error(`no change of ${tables.join(', ')} within ${PATIENCE_MS / 1000} s`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return performance.now();
    },
  };
}

function bytesOf(pin: string): Buffer {
  const { view } = mappedRecords(openPinnedMap(pin, 'write'), 'read');
  return Buffer.from(view.buffer, view.byteOffset, Math.min(BYTES, view.byteLength));
}
