/** Where a link sits: kernel links know numbers only, people know folders and device names. */
import { readdirSync, statSync } from 'node:fs';
import { cgroup2Mount, ipJson, listNamespaces, namespacePath } from '#host/index.ts';
import {
  type AttachedProgram,
  enterNamespace,
  type LinkInfo,
  listCgroupPrograms,
  listDevicePrograms,
} from '#kernel/index.ts';
import { isFault } from '#kit/index.ts';

export interface Place {
  readonly at: string;
  readonly order: readonly AttachedProgram[];
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
      const name = (await this.#namesIn(namespace)).get(ifindex) ?? `device ${ifindex}`;
      return { at: namespace === undefined ? name : `${name}@${namespace}`, order };
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
  const links = await ipJson<{ ifindex: number; ifname: string }>(['link', 'show'], namespace ? { namespace } : {});
  return new Map(links.map(({ ifindex, ifname }) => [ifindex, ifname]));
}

function programsAt(namespace: string | undefined, ifindex: number, attachType: number): readonly AttachedProgram[] {
  const ask = () => listDevicePrograms(ifindex, attachType);
  try {
    return namespace === undefined ? ask() : enterNamespace(namespacePath(namespace), ask);
  } catch (error) {
    if (isFault(error, 'kernel/query') || isFault(error, 'kernel/namespace')) return []; // no such device there
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
