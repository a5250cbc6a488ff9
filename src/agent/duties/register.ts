/** Leaves a note of this agent on the machine, so that `sealane trace` finds its cluster and its pins. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import type { ProcessIdentity } from '#host/index.ts';
import { readJson } from '../json-file.ts';

export interface Registration {
  readonly cluster: string;
  readonly node: string;
  readonly kubeconfig: string;
  readonly pinDir: string;
  readonly stateDir: string;
  readonly serviceProxy: boolean;
  /** One of each family; absent where an older agent wrote it. */
  readonly vipRanges?: readonly string[];
  /** `address:port` or `[address]:port` at which the node's resolver listens. */
  readonly resolvers: readonly string[];
  /** The agent's own; absent where an older one wrote it. */
  readonly process?: ProcessIdentity;
}

const FOLDER = '/run/sealane/agents';

export function register(registration: Registration, folder = FOLDER): void {
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  writeFileSync(noteOf(registration, folder), JSON.stringify(registration), { mode: 0o640 });
}

/** No error when there is none. */
export function forget(registration: Registration, folder = FOLDER): void {
  rmSync(noteOf(registration, folder), { force: true });
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

function noteOf({ pinDir }: Registration, folder: string): string {
  return `${folder}/${pinDir.replaceAll('/', '_').replace(/^_/, '')}.json`;
}

/** Agents that ran on this machine, whether they run now or not. */
export function registrations(folder = FOLDER): Registration[] {
  // Half a note is none: the agent writes it again when it starts.
  return listFolder(folder).flatMap((file) => (readJson(`${folder}/${file}`) as Registration | undefined) ?? []);
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch {
    return []; // no agent has run here
  }
}
