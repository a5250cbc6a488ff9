/** Sockets of the processes that outlive their agents: what they hold is free for the next one. */
import { readdirSync, readlinkSync } from 'node:fs';
import { isRunning } from '#host/index.ts';
import { KEPT, readKept } from '../duties/keep-process.ts';

/** @param stateDirs of agents of this machine. @returns inodes, as /proc/net/udp tells them */
export function ownSockets(stateDirs: readonly string[]): ReadonlySet<string> {
  const kept = stateDirs.flatMap((stateDir) => KEPT.flatMap((name) => readKept(stateDir, name) ?? []));
  return new Set(kept.filter(isRunning).flatMap(({ pid }) => socketsOf(pid)));
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const opened = orGone(() => readdirSync(folder)) ?? [];
  return opened.flatMap(
    (fd) => /^socket:\[(\d+)\]$/.exec(orGone(() => readlinkSync(`${folder}/${fd}`)) ?? '')?.[1] ?? [],
  );
}

/** Undefined for what was closed meanwhile, or is not ours to look into. */
function orGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
