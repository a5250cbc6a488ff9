/** Calls at a fixed rate that go on while things break, each of them accounted for: when it began, how long it took, what came of it. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Answers, eventually, type IslandSet, URL_CALLED } from './island-set.ts';

export interface Call {
  /** When it began, milliseconds since 1970. */
  readonly at: number;
  readonly tookMs: number;
  /** Who answered. */
  readonly cluster?: string;
  readonly pod?: string;
  readonly failure?: string;
}

export interface Load {
  readonly rate: number;
  /** Those that have ended, in the order in which they began. */
  calls(): Call[];
  /** Waits for a second in which every call was answered, begun after this was asked. */
  calm(): Promise<void>;
  /** Begins no more calls, waits for those that have begun, and is sure that not one is missing. */
  end(): Promise<Call[]>;
}

export interface LoadOptions {
  /** New connections a second, the name looked up for each. */
  readonly rate: number;
  readonly timeoutMs?: number;
}

/** Whoever lets it run longer has forgotten it. */
const MOST_SECONDS = 600;
/** By then an answer is there. */
const ANSWERED_MS = 400;

/** Runs in the calling pod, in a session of its own: it needs no API server and no agent while it runs. */
export async function startLoad(set: IslandSet, { rate, timeoutMs = 3000 }: LoadOptions): Promise<Load & Disposable> {
  const folder = mkdtempSync(`/tmp/${set.name}-load-`);
  const file = (name: string) => join(folder, name);
  const call = `pod-tool call ${URL_CALLED} --rate ${rate} --count ${rate * MOST_SECONDS} --timeout ${timeoutMs}`;
  // The shell outlives the signal, and says when all is written.
  const line = `trap : TERM; echo $$ > ${file('pid')}; ${call} --record ${file('calls')} --output json > ${file('sum')}; mv ${file('sum')} ${file('ended')}`;
  await set.inCaller('sh', '-c', `setsid sh -c '${line}' > /dev/null 2>&1 &`);
  const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');
  const calls = () => readCalls(read('calls'));
  const stop = () => stopGroup(Number(read('pid')));
  await eventually('the load to run', async () => calls().length > 0 || undefined);
  return {
    rate,
    calls,
    async calm() {
      const from = Date.now();
      await eventually('a second without a failure', async () => {
        // Whoever waits for an answer has not been written down: only as many as there should be are all of them.
        const until = Date.now() - ANSWERED_MS;
        const within = calls().filter(({ at }) => at >= until - 1000 && at < until);
        const good = within.length >= 0.97 * rate && within.every(({ failure }) => failure === undefined);
        return (until - 1000 > from && good) || undefined;
      });
    },
    async end() {
      stop();
      const sum = await eventually('the end of the load', async () => read('ended') || undefined);
      const all = calls();
      assert.equal(all.length, (JSON.parse(sum) as Answers).count, 'every call is accounted for');
      return all;
    },
    [Symbol.dispose]() {
      stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Pods share the machine's process ids. */
function stopGroup(leader: number): void {
  try {
    if (leader > 1) process.kill(-leader, 'SIGTERM');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The last line may be half written. */
function readCalls(text: string): Call[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map(readCall).toSorted((a, b) => a.at - b.at);
}

function readCall(line: string): Call {
  const [at = '', took = '', who = '', ...reason] = line.split(' ');
  const timing = { at: Number(at), tookMs: Number(took) };
  if (who === '!') return { ...timing, failure: reason.join(' ') };
  const [cluster = '', pod = ''] = who.split('/');
  return { ...timing, cluster, pod };
}
