/** Who holds which TCP sockets, as the kernel tells in /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface TcpSocket {
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: number;
  readonly inode: string;
}

export const ESTABLISHED = 1;

/** Of `/proc/<pid>/net/tcp`. Pure. */
export function parseTcp(text: string): TcpSocket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
      if (inode === '') return [];
      return [{ localPort: portOf(local), remotePort: portOf(remote), state: Number.parseInt(state, 16), inode }];
    });
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16);
}

/** Established sockets of the process's network namespace; none when it is gone. */
export function establishedIn(pid: number): TcpSocket[] {
  return ['tcp', 'tcp6'].flatMap((file) =>
    parseTcp(read(`/proc/${pid}/net/${file}`)).filter(({ state }) => state === ESTABLISHED),
  );
}

/** Inodes of the sockets that a process has open. */
export function socketsOf(pid: number): Set<string> {
  const inodes = list(`/proc/${pid}/fd`).flatMap(
    (fd) => /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
  );
  return new Set(inodes);
}

/** One process for each network namespace among them. */
export function onePerNamespace(pids: readonly number[]): number[] {
  return [...new Map(pids.map((pid) => [link(`/proc/${pid}/ns/net`), pid])).values()];
}

/** A process may end while it is looked at: then it holds nothing. */
function orNothing<T>(look: () => T, nothing: T): T {
  try {
    return look();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EINVAL') return nothing;
    throw error;
  }
}

const read = (path: string) => orNothing(() => readFileSync(path, 'utf8'), '');
const link = (path: string) => orNothing(() => readlinkSync(path), '');
const list = (path: string) => orNothing(() => readdirSync(path), []);
