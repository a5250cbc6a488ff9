import { readFile, stat } from 'node:fs/promises';
import { type Clock, every, type Log, messageOf } from '#kit/index.ts';
import type { DnsSnapshot } from '#plan/index.ts';
import { parseSnapshot } from './snapshot.ts';
import { createZone, type Zone } from './zone.ts';

export interface SnapshotWatch {
  /** The last good one. */
  current(): Zone | undefined;
  close(): void;
}

const POLL_MS = 200;

/**
 * Follows a file that its writer replaces by rename. Polled rather than watched: a rename over a file that inotify holds is lost
 * silently, and a look every 200 ms costs nothing. A bad file is said once and the last good snapshot stays.
 */
export async function watchSnapshot(path: string, clock: Clock, log: Log): Promise<SnapshotWatch> {
  let seen = '';
  let zone: Zone | undefined;

  const look = async () => {
    const version = await versionOf(path, log);
    if (version === seen) return;
    seen = version;
    if (version === '') return;
    const next = await readSnapshot(path, log);
    if (!next) return log.warn({ path }, 'snapshot is not readable, the last good one stays');
    zone = createZone(next);
    log.debug({ path, serial: next.serial, names: Object.keys(next.records).length }, 'snapshot read');
  };

  await look();
  return { current: () => zone, close: every(clock, POLL_MS, look) };
}

/** Empty when there is no file (yet). */
async function versionOf(path: string, log: Log): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino}/${mtimeNs}/${size}`;
  } catch (error) {
    log.trace({ path, cause: messageOf(error) }, 'no snapshot file');
    return '';
  }
}

async function readSnapshot(path: string, log: Log): Promise<DnsSnapshot | undefined> {
  try {
    return parseSnapshot(await readFile(path, 'utf8'));
  } catch (error) {
    log.warn({ path, cause: messageOf(error) }, 'snapshot file went away while it was read');
    return undefined;
  }
}
