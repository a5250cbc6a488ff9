/**
 * The sockets that were given a backend, in all network namespaces: who they are, and how chosen ones are ended. Their callers get
 * ECONNABORTED, at once, whatever they wait for.
 */
import { closeSync, readFileSync } from 'node:fs';
import { isFault, SealaneError } from '#kit/index.ts';
import { destroyByDiag, type Fate, openDiag } from './destroy-by-diag.ts';
import { describeErrno, Errno } from './errno.ts';
import { GivenSocket } from './generated/structs.ts';
import { tables } from './generated/tables.ts';
import type { HookOptions } from './hooks.ts';
import { openIterator, readIterator, recordsOf } from './iterate.ts';
import { loadEach } from './load-each.ts';
import type { LoadedObject } from './load-object.ts';
import { enterNamespace } from './namespace.ts';
import { namespacesByInode } from './namespaces-by-inode.ts';
import { KERNEL_BTF } from './requirements.ts';
import { tableOf } from './table.ts';
import { u64Codec } from './typed-map.ts';

/** Who is asked for: `in-vain` are those that wait for a backend that is down or ejected (see `give-up.h`) while others could serve. */
export type Whom = 'all' | 'in-vain' | 'udp';

export interface EndedSockets {
  readonly ended: readonly GivenSocket[];
  /** Those that were closed, or connected elsewhere, before their turn came. */
  readonly gone: readonly GivenSocket[];
  readonly failed: readonly FailedEnd[];
}

export interface FailedEnd {
  readonly socket: GivenSocket;
  /** As in `no path to its network namespace`. */
  readonly cause: string;
}

export interface Rescue {
  /**
   * Connections that hold the backend they were given. One that comes or goes meanwhile may or may not be seen, and one may be
   * seen twice.
   */
  list(whom?: Whom): Generator<GivenSocket>;
  /** Ends these very sockets and no others, one network namespace after another. Nothing else runs meanwhile. */
  end(sockets: readonly GivenSocket[]): EndedSockets;
  close(): void;
}

/** A program of ours walks the sockets (since Linux 6.5), or the kernel is asked to end one by one. */
export type Way = 'program' | 'diag';

/** Where sockets are looked for: in the map of what they were given, or in every network namespace, which takes longer. */
export type Search = 'map' | 'namespaces';

const LISTS = { all: 'list_given', 'in-vain': 'list_in_vain', udp: 'list_udp' } as const;
const WALKS = {
  all: ['walk_tcp', 'walk_udp'],
  'in-vain': ['walk_tcp_in_vain', 'walk_udp_in_vain'],
  udp: ['walk_udp'],
} as const;

/**
 * @param options as the hooks were loaded with: their tables are shared
 * @param way other than the best this kernel has: for tests
 * @param search other than in the map, where the kernel lets one walk over it: for tests
 * @throws SealaneError as `loadObject`
 */
export function loadRescue(options: HookOptions, way: Way = bestWay(), search: Search = 'map'): Rescue {
  using open = new DisposableStack();
  const load = (name: 'list-given' | 'walk-given' | 'end-given') => {
    const [object] = [...loadEach([name], options.objectDir, options)] as [LoadedObject];
    open.defer(() => object.close());
    return object;
  };
  const map = search === 'map' ? unlessForbidden(() => load('list-given')) : undefined;
  const walks = map ? undefined : load('walk-given');
  const endOne = way === 'program' ? endByProgram(load('end-given')) : endByDiag;
  const loaded = open.move();
  return {
    list: (whom = 'all') => (map ? listBy(map, LISTS[whom]) : walk(walks as LoadedObject, WALKS[whom])),
    end: (sockets) => endAll(sockets, endOne),
    close: () => loaded.dispose(),
  };
}

/** Some kernels let nobody walk over a map, root neither. @returns undefined then */
export function unlessForbidden<T>(load: () => T): T | undefined {
  try {
    return load();
  } catch (error) {
    if (error instanceof SealaneError && error.fields['errno'] === Errno.EPERM) return undefined;
    throw error;
  }
}

export function bestWay(): Way {
  return readFileSync(KERNEL_BTF).includes('\0bpf_sock_destroy\0') ? 'program' : 'diag';
}

function* listBy(lists: LoadedObject, program: string): Generator<GivenSocket> {
  yield* socketsFrom(openIterator(lists.program(program), lists.map('sockets')));
}

function* walk(walks: LoadedObject, programs: readonly string[]): Generator<GivenSocket> {
  for (const path of namespacesByInode().values())
    for (const program of programs) {
      const fd = openedIn(path, () => openIterator(walks.program(program)));
      if (fd !== undefined) yield* socketsFrom(fd);
    }
}

/** @returns undefined where the namespace went away meanwhile */
function openedIn(path: string, open: () => number): number | undefined {
  try {
    return enterNamespace(path, open);
  } catch (error) {
    if (isFault(error, 'kernel/namespace')) return undefined;
    throw error;
  }
}

function* socketsFrom(fd: number): Generator<GivenSocket> {
  for (const record of recordsOf(readIterator(fd), GivenSocket.size)) yield GivenSocket.decode(record);
}

/** What became of sockets of one network namespace, which `path` leads to. */
type EndIn = (sockets: readonly GivenSocket[], path: string) => EndedSockets;

function endAll(sockets: readonly GivenSocket[], endIn: EndIn): EndedSockets {
  const byNamespace = Map.groupBy(sockets, ({ netns }) => netns);
  const paths = namespacesByInode(new Set(byNamespace.keys()));
  const parts = [...byNamespace].map(([inode, some]) => {
    const path = paths.get(inode);
    return path === undefined ? unreachable(some) : tried(some, path, endIn);
  });
  return {
    ended: parts.flatMap(({ ended }) => ended),
    gone: parts.flatMap(({ gone }) => gone),
    failed: parts.flatMap(({ failed }) => failed),
  };
}

/** Nobody lives there whom we see: its sockets are gone, or those of processes hidden from us. */
function unreachable(sockets: readonly GivenSocket[]): EndedSockets {
  return failing(sockets, 'no path to its network namespace');
}

/** One namespace that went away takes nothing from the others. */
function tried(sockets: readonly GivenSocket[], path: string, endIn: EndIn): EndedSockets {
  try {
    return endIn(sockets, path);
  } catch (error) {
    if (!(error instanceof SealaneError)) throw error;
    return failing(sockets, error.message);
  }
}

function failing(sockets: readonly GivenSocket[], cause: string): EndedSockets {
  return { ended: [], gone: [], failed: sockets.map((socket) => ({ socket, cause })) };
}

function endByProgram(ends: LoadedObject): EndIn {
  const doomed = tableOf(ends, tables.doomed);
  const most = doomed.raw.info.maxEntries;
  const walks = [ends.program('end_tcp'), ends.program('end_udp')];
  return (sockets, path) => {
    const ended = new Set<bigint>();
    for (let first = 0; first < sockets.length; first += most) {
      for (const cookie of endSome(sockets.slice(first, first + most), path)) ended.add(cookie);
    }
    const isEnded = ({ cookie }: GivenSocket): boolean => ended.has(cookie);
    return { ended: sockets.filter(isEnded), gone: sockets.filter((socket) => !isEnded(socket)), failed: [] };
  };

  function endSome(sockets: readonly GivenSocket[], path: string): bigint[] {
    doomed.putAll(sockets.map(({ cookie, backend, generation }) => [cookie, { backend, generation }]));
    try {
      return walks.flatMap((walk) => cookiesFrom(enterNamespace(path, () => openIterator(walk))));
    } finally {
      doomed.deleteAll(sockets.map(({ cookie }) => cookie));
    }
  }
}

function cookiesFrom(fd: number): bigint[] {
  return Array.from(recordsOf(readIterator(fd), u64Codec.size), (record) => u64Codec.decode(record));
}

const endByDiag: EndIn = (sockets, path) => {
  const fd = enterNamespace(path, openDiag);
  try {
    const fates = Map.groupBy(
      sockets.map((socket) => ({ socket, fate: destroyByDiag(fd, socket) })),
      ({ fate }) => (typeof fate === 'number' ? 'failed' : fate),
    );
    const socketsOf = (fate: Fate) => (fates.get(fate as 'ended') ?? []).map(({ socket }) => socket);
    const failed = (fates.get('failed') ?? []).map(({ socket, fate }) => ({
      socket,
      cause: describeErrno(fate as number),
    }));
    return { ended: socketsOf('ended'), gone: socketsOf('gone'), failed };
  } finally {
    closeSync(fd);
  }
};
