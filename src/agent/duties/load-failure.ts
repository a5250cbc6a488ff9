/** Why the agent could not start, left for who looks later: what the verifier said is too long for a log. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, SealaneError } from '#kit/index.ts';
import { readJson } from '../json-file.ts';

export interface LoadFailure {
  /** ISO 8601 */
  readonly at: string;
  /** When it was told last, of those that are the same. ISO 8601 */
  readonly toldAt: string;
  readonly code: string;
  readonly message: string;
  /** The last 64 KB of what libbpf and the verifier said; empty when they said nothing. */
  readonly log: string;
}

export interface Noting {
  readonly stateDir: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly tell: (failure: SealaneError) => Promise<void>;
  /** What was noted before is over. */
  readonly tellOver: () => void;
}

const FILE = 'load-failure.json';
/** Whoever starts it again does so every few seconds, in processes that know nothing of each other. */
const TOLD_AGAIN_MS = 600_000;

/** Notes and tells what the machine or the options refuse; what an API server does is no matter of the node's. @throws what `start` throws */
export async function notingFailure<T>(noting: Noting, start: () => Promise<T>): Promise<T> {
  const { stateDir, tell, tellOver } = noting;
  try {
    const started = await start();
    if (loadFailure(stateDir)) tellOver();
    rmSync(join(stateDir, FILE), { force: true });
    return started;
  } catch (error) {
    if (error instanceof SealaneError && /^(kernel|agent)\//.test(error.code) && note(noting, error)) await tell(error);
    throw error;
  }
}

/** @returns whether it is to be told */
function note({ stateDir, clock }: Noting, { code, message, fields }: SealaneError): boolean {
  const before = loadFailure(stateDir);
  const now = clock.now();
  const isKnown = before?.message === message && Math.abs(now - Date.parse(before.toldAt)) < TOLD_AGAIN_MS;
  const at = new Date(now).toISOString();
  const log = typeof fields['log'] === 'string' ? fields['log'] : '';
  const failure: LoadFailure = { at, toldAt: isKnown ? before.toldAt : at, code, message, log };
  writeFileSync(join(stateDir, FILE), JSON.stringify(failure), { mode: 0o640 });
  return !isKnown;
}

/** Undefined when the last start went well, or there was none. */
export function loadFailure(stateDir: string): LoadFailure | undefined {
  return readJson(join(stateDir, FILE)) as LoadFailure | undefined;
}
