/** Maps of which the n-th write fails as the kernel's do: for tests of what is left behind. */

/** What a full or refused map answers. */
export type MapErrno = 'ENOSPC' | 'ENOMEM' | 'EPERM';

export interface Fault {
  /** Writes that still go well; then one fails, and all after it are well again. Infinity: none fails. */
  after: number;
  errno: MapErrno;
  /** Whether the fault has struck. */
  struck: boolean;
}

export function noFault(): Fault {
  return { after: Number.POSITIVE_INFINITY, errno: 'ENOSPC', struck: false };
}

const WRITES = new Set(['set', 'put', 'delete', 'setSegmentLimit']);

/** The same maps, with every write counted against the fault; reads are the maps' own. */
export function faulty<T extends object>(maps: T, fault: Fault): T {
  const guard =
    (name: string, write: (...args: unknown[]) => unknown) =>
    (...args: unknown[]) => {
      if (fault.after-- === 0) {
        fault.struck = true;
        throw Object.assign(new Error(`${name} a table: ${fault.errno}`), { code: fault.errno });
      }
      return write(...args);
    };
  const wrapped = (target: object): object =>
    new Proxy(target, {
      get(at, name) {
        const value: unknown = Reflect.get(at, name);
        if (typeof value === 'function') {
          const bound = value.bind(at) as (...args: unknown[]) => unknown;
          return WRITES.has(String(name)) ? guard(String(name), bound) : bound;
        }
        return typeof value === 'object' && value !== null ? wrapped(value) : value;
      },
    });
  return wrapped(maps) as T;
}
