/** Counts answers by who gave them, and failures by reason. */
import type { Clock } from '#kit/index.ts';

export interface TallyResult {
  readonly count: number;
  readonly ok: number;
  readonly failed: number;
  /** Answers by cluster, and by `cluster/pod`. */
  readonly clusters: Readonly<Record<string, number>>;
  readonly pods: Readonly<Record<string, number>>;
  /** Failures by reason, such as ECONNREFUSED, ENOTFOUND, timeout, HTTP 503. */
  readonly failures: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Milliseconds, name look-up included. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface Tally {
  /** Runs one call and counts how it ended; never rejects. */
  count(run: () => Promise<string>): Promise<void>;
  result(): TallyResult;
  text(): string;
}

/** @param record is given a line for each call: when it began, milliseconds that it took, who answered or `! reason` */
export function createTally(clock: Clock, record: (line: string) => void = () => {}): Tally {
  const clusters: Record<string, number> = {};
  const pods: Record<string, number> = {};
  const failures: Record<string, number> = {};
  const times: number[] = [];
  const started = clock.monotonic();
  let failed = 0;

  const self: Tally = {
    async count(run) {
      const [at, begun] = [clock.now(), clock.monotonic()];
      const note = (outcome: string) => record(`${at} ${Math.round(clock.monotonic() - begun)} ${outcome}`);
      try {
        const { cluster, pod } = answererOf(await run());
        increase(clusters, cluster);
        increase(pods, `${cluster}/${pod}`);
        times.push(clock.monotonic() - begun);
        note(`${cluster}/${pod}`);
      } catch (error) {
        failed += 1;
        increase(failures, reasonOf(error));
        note(`! ${reasonOf(error)}`);
      }
    },
    result() {
      const sorted = times.toSorted((a, b) => a - b);
      const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
      return {
        count: times.length + failed,
        ok: times.length,
        failed,
        clusters,
        pods,
        failures,
        seconds: round((clock.monotonic() - started) / 1000),
        latency: { p50: at(0.5), p99: at(0.99), max: at(1) },
      };
    },
    text() {
      const { count, ok, seconds, latency } = self.result();
      const lines = Object.entries({ ...pods, ...failures }).map(
        ([name, times]) => `${String(times).padStart(6)}  ${name}`,
      );
      return [
        `${ok} of ${count} answered in ${seconds} s, p50 ${latency.p50} ms, p99 ${latency.p99} ms`,
        ...lines,
      ].join('\n');
    },
  };
  return self;
}

/** Of an answer that does not say, both are `-`. */
export function answererOf(body: string): { cluster: string; pod: string } {
  const said = /^cluster=(\S+) pod=(\S+) /m.exec(body);
  return { cluster: said?.[1] ?? '-', pod: said?.[2] ?? '-' };
}

function increase(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
