/** What the agent tells the prober, and what the prober tells the agent: a file each. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type Clock, every } from '#kit/index.ts';
import { objectIn } from '#objects/index.ts';
import { readVerdicts, type Verdicts } from '#plan/index.ts';
import { readJson } from '../json-file.ts';
import type { ProbeTarget } from './model.ts';

export interface ProberReport {
  readonly verdicts: Verdicts;
  /** Why nothing can be probed. */
  readonly problem?: string;
}

/**
 * Reads a file now and whenever another is put in its place, until the returned function is called. Polled: a rename over a file
 * that inotify holds is lost silently.
 */
export function followFile(path: string, ms: number, clock: Clock, read: (text: string) => void): () => void {
  let seen = '';
  const look = () => {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    const version = found ? `${found.ino}/${found.mtimeNs}/${found.size}` : '';
    if (version === seen) return;
    seen = version;
    if (existsSync(path)) read(readFileSync(path, 'utf8'));
  };
  look();
  return every(clock, ms, look);
}

/** Entries that make no sense are left out. */
export function parseTargets(text: string): ProbeTarget[] {
  const value = parsed(text);
  return Array.isArray(value) ? value.filter(isTarget) : [];
}

export function parseReport(text: string): ProberReport {
  const { verdicts, problem } = objectIn(parsed(text));
  return { verdicts: readVerdicts(verdicts), ...(typeof problem === 'string' && { problem }) };
}

function isTarget(value: unknown): value is ProbeTarget {
  const { cluster, gateway, address, port } = objectIn(value);
  return [cluster, gateway, address].every((text) => typeof text === 'string') && typeof port === 'number';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // half a file of a machine that went down
  }
}

/** Where the state of an agent keeps what its cluster's gateways agree on about others. */
export function agreedVerdicts(stateDir: string): string {
  return `${stateDir}/verdicts.json`;
}

/** What was agreed last, by this agent or an earlier one. */
export function readVerdictsFile(path: string): Verdicts {
  return readVerdicts(readJson(path));
}
