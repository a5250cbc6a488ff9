/** Where a link sits: kernel links know numbers only, people know folders and device names. */
import { readdirSync, statSync } from 'node:fs';
import { cgroup2Mount, ipJson, listNamespaces, namespaceExists, namespacePath, run } from '#host/index.ts';
import {
  type AttachedProgram,
  enterNamespace,
  type Filter,
  FILTERS,
  filterProgram,
  type LinkInfo,
  listCgroupPrograms,
  listDevicePrograms,
  programUses,
} from '#kernel/index.ts';
import { isFault } from '#kit/index.ts';

export interface Place {
  readonly at: string;
  readonly order: readonly AttachedProgram[];
}

export interface FilterPlace extends Place {
  readonly programId: number;
  readonly ifindex: number;
  readonly filter: Filter;
  /** Undefined: the one we are in. */
  readonly namespace: string | undefined;
}

export class Places {
  readonly #cgroups = new Map<bigint, string>();
  readonly #namespaces = [undefined, ...listNamespaces()];
  readonly #devices = new Map<string, Promise<ReadonlyMap<number, string>>>();

  constructor() {
    walk(cgroup2Mount(), this.#cgroups);
  }

  find(link: LinkInfo): Promise<Place> | Place {
    return link.kind === 'cgroup' ? this.#cgroup(link) : this.#device(link);
  }

  /** Filters of clsact that hold a program using this map, by device: before Linux 6.6 there are no links for them. */
  async filters(mapId: number): Promise<readonly FilterPlace[]> {
    const found: FilterPlace[] = [];
    for (const namespace of this.#namespaces) {
      const names = await this.#namesIn(namespace);
      for (const { ifindex, programId, filter } of filtersIn(namespace, [...names.keys()])) {
        if (!programUses(programId, mapId)) continue;
        const name = names.get(ifindex) ?? '';
        const order = await filterOrder(name, namespace);
        found.push({ programId, ifindex, filter, namespace, at: placeName(name, namespace), order });
      }
    }
    return found;
  }

  #cgroup({ cgroupId, attachType }: LinkInfo): Place {
    const at = this.#cgroups.get(cgroupId);
    return at === undefined ? GONE : { at, order: listCgroupPrograms(at, attachType) };
  }

  /** An index names a device in every namespace: the one is meant where this very program runs. */
  async #device({ ifindex, attachType, programId }: LinkInfo): Promise<Place> {
    if (ifindex === 0) return GONE;
    for (const namespace of this.#namespaces) {
      const order = programsAt(namespace, ifindex, attachType);
      if (!order.some(({ id }) => id === programId)) continue;
      const name = (await this.#namesIn(namespace)).get(ifindex);
      if (name === undefined) return { at: `device ${ifindex}`, order };
      return { at: placeName(name, namespace), order: [...order, ...(await filterOrder(name, namespace))] };
    }
    return { at: `device ${ifindex} of another namespace`, order: [] };
  }

  #namesIn(namespace: string | undefined): Promise<ReadonlyMap<number, string>> {
    const key = namespace ?? '';
    const known = this.#devices.get(key) ?? deviceNames(namespace);
    this.#devices.set(key, known);
    return known;
  }
}

const GONE: Place = { at: '(gone)', order: [] };

async function deviceNames(namespace: string | undefined): Promise<ReadonlyMap<number, string>> {
  const where = namespace === undefined ? {} : { namespace };
  const links = await ipJson<{ ifindex: number; ifname: string }>(['link', 'show'], where).catch((error: unknown) => {
    if (namespace === undefined || namespaceExists(namespace)) throw error;
    return []; // removed meanwhile
  });
  return new Map(links.map(({ ifindex, ifname }) => [ifindex, ifname]));
}

function placeName(device: string, namespace: string | undefined): string {
  return namespace === undefined ? device : `${device}@${namespace}`;
}

export function inside<T>(namespace: string | undefined, ask: () => T extends PromiseLike<unknown> ? never : T): T {
  return namespace === undefined ? ask() : enterNamespace(namespacePath(namespace), ask);
}

type FoundFilter = Pick<FilterPlace, 'ifindex' | 'programId' | 'filter'>;

function filtersIn(namespace: string | undefined, devices: readonly number[]): readonly FoundFilter[] {
  const find = () =>
    devices.flatMap((ifindex) =>
      FILTERS.flatMap((filter) => {
        const programId = filterProgram(ifindex, 'ingress', filter);
        return programId === undefined ? [] : [{ ifindex, programId, filter }];
      }),
    );
  return unlessGone(() => inside(namespace, find));
}

interface ShownFilter {
  readonly kind: string;
  readonly options?: { readonly bpf_name?: string; readonly prog?: { readonly id: number; readonly name?: string } };
}

/** By priority, as they run: after those of tcx. */
async function filterOrder(device: string, namespace: string | undefined): Promise<AttachedProgram[]> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  const text = await run('tc', [...where, '-json', 'filter', 'show', 'dev', device, 'ingress']);
  return (JSON.parse(text) as ShownFilter[]).flatMap(({ kind, options }) =>
    options ? [{ id: options.prog?.id ?? 0, name: options.prog?.name ?? options.bpf_name ?? kind }] : [],
  );
}

function programsAt(namespace: string | undefined, ifindex: number, attachType: number): readonly AttachedProgram[] {
  return unlessGone(() => inside(namespace, () => listDevicePrograms(ifindex, attachType)));
}

/** Namespaces and devices come and go while one looks. */
function unlessGone<T>(look: () => readonly T[]): readonly T[] {
  try {
    return look();
  } catch (error) {
    if (isFault(error, 'kernel/query') || isFault(error, 'kernel/namespace')) return [];
    throw error;
  }
}

/** The number of a cgroup is the inode of its folder. */
function walk(folder: string, found: Map<bigint, string>): void {
  const inode = statSync(folder, { bigint: true, throwIfNoEntry: false })?.ino;
  if (inode === undefined) return;
  found.set(inode, folder);
  for (const entry of foldersIn(folder)) walk(`${folder}/${entry}`, found);
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
  } catch {
    return []; // removed meanwhile
  }
}
