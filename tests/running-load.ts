/**
 * Calls at a fixed rate that go on while things break, each of them accounted for: when it began, how long it took, what came of it.
 * And connections that stay open meanwhile. Neither needs an API server or an agent while it runs.
 */
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

export async function startLoad(set: IslandSet, { rate, timeoutMs = 3000 }: LoadOptions): Promise<Load & Disposable> {
  const what = `call ${URL_CALLED} --rate ${rate} --count ${rate * MOST_SECONDS} --timeout ${timeoutMs} --output json`;
  const { folder, end, ...running } = await startProgram(set, (records) => `${what} --record ${records}/calls`);
  const calls = () => readCalls(read(join(folder, 'calls')));
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
      const sum = JSON.parse(await end()) as Answers;
      const all = calls();
      assert.equal(all.length, sum.count, 'every call is accounted for');
      return all;
    },
    ...running,
  };
}

export interface Kept {
  /** Answered ones. */
  readonly requests: number;
  /** A reason for each connection that did not last. */
  readonly broken: readonly string[];
}

/** Connections that make a request every 100 ms, until they are ended or broken. */
export async function keepConnections(
  set: IslandSet,
  connections: number,
): Promise<{ end(): Promise<Kept> } & Disposable> {
  const what = `keep ${URL_CALLED} --connections ${connections} --seconds ${MOST_SECONDS}`;
  const { end, ...running } = await startProgram(set, () => what);
  return { end: async () => JSON.parse(await end()) as Kept, ...running };
}

interface RunningProgram extends Disposable {
  readonly folder: string;
  /** Tells it to end. @returns what it printed */
  readonly end: () => Promise<string>;
}

/** Of the calling pod's `pod-tool`, in a session of its own: what an exec leaves behind ends with the exec. */
async function startProgram(set: IslandSet, program: (folder: string) => string): Promise<RunningProgram> {
  const folder = mkdtempSync(`/tmp/${set.name}-load-`);
  const file = (name: string) => join(folder, name);
  // The shell outlives the signal, and says when all is written.
  const line = `trap : TERM; echo $$ > ${file('pid')}; pod-tool ${program(folder)} > ${file('sum')}; mv ${file('sum')} ${file('ended')}`;
  await set.inCaller('sh', '-c', `setsid sh -c '${line}' > /dev/null 2>&1 &`);
  const stop = () => stopGroup(Number(read(file('pid'))));
  return {
    folder,
    async end() {
      stop();
      return eventually(`the end of ${program(folder)}`, async () => read(file('ended')) || undefined);
    },
    [Symbol.dispose]() {
      stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
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
