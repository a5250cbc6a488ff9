/** Why the agent could not load its programs, left for who looks later: what the verifier said is too long for a log. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SealaneError } from '#kit/index.ts';

export interface LoadFailure {
  /** ISO 8601 */
  readonly at: string;
  readonly code: string;
  readonly message: string;
  /** The last 64 KB of what libbpf and the verifier said; empty when they said nothing. */
  readonly log: string;
}

const FILE = 'load-failure.json';

/** Runs what loads; notes and tells what it throws, or notes that all went well. @throws what `load` throws */
export async function notingFailure<T>(
  stateDir: string,
  now: () => number,
  tell: (failure: SealaneError) => Promise<void>,
  load: () => Promise<T>,
): Promise<T> {
  try {
    const loaded = await load();
    rmSync(join(stateDir, FILE), { force: true });
    return loaded;
  } catch (error) {
    if (error instanceof SealaneError && error.code.startsWith('kernel/')) {
      note(stateDir, now(), error);
      await tell(error);
    }
    throw error;
  }
}

function note(stateDir: string, now: number, { code, message, fields }: SealaneError): void {
  const log = typeof fields['log'] === 'string' ? fields['log'] : '';
  const failure: LoadFailure = { at: new Date(now).toISOString(), code, message, log };
  writeFileSync(join(stateDir, FILE), JSON.stringify(failure), { mode: 0o640 });
}

/** Undefined when the last load went well, or there was none. */
export function loadFailure(stateDir: string): LoadFailure | undefined {
  try {
    return JSON.parse(readFileSync(join(stateDir, FILE), 'utf8')) as LoadFailure;
  } catch {
    return undefined;
  }
}
