/** Where the programs of an agent sit, read from its pins. */
import { existsSync } from 'node:fs';
import { listLinks, objects, openPinnedMap, tables } from '#kernel/index.ts';
import type { FilterPlace, Place, Places } from './find-place.ts';

export interface Attachment extends Place {
  readonly programId: number;
  /** `connect4`, `tcx ingress`, `clsact ingress`. */
  readonly hook: string;
  /** Where its program can be swapped: the pin of a link, or a filter. */
  readonly holder: { readonly pin: string } | Pick<FilterPlace, 'ifindex' | 'filter' | 'namespace'>;
}

/** @throws `kernel/no-privileges`, `kernel/pinned-link`, `kernel/pinned-map` */
export async function attachmentsOf(pinDir: string, places: Places): Promise<Attachment[]> {
  return [...(await linked(pinDir, places)), ...(await filtered(pinDir, places))];
}

function linked(pinDir: string, places: Places): Promise<Attachment[]> {
  const links = [...listLinks(pinDir)].filter(([, { kind }]) => kind !== 'other');
  return Promise.all(
    links.map(async ([name, link]) => {
      const hook = link.kind === 'tcx' ? 'tcx ingress' : hookName(link.attachType);
      const holder = { pin: `${pinDir}/links/${name}` };
      return { ...(await places.find(link)), programId: link.programId, hook, holder };
    }),
  );
}

/** A gateway without links: its programs are in filters. */
async function filtered(pinDir: string, places: Places): Promise<Attachment[]> {
  const pin = `${pinDir}/maps/${tables.gateway.name}`;
  if (!existsSync(pin) || listLinks(pinDir).has('gateway-in')) return [];
  const map = openPinnedMap(pin);
  try {
    const filters = await places.filters(map.info.id);
    return filters.map(({ ifindex, filter, namespace, ...place }) => ({
      ...place,
      hook: 'clsact ingress',
      holder: { ifindex, filter, namespace },
    }));
  } finally {
    map.close();
  }
}

function hookName(attachType: number): string {
  const programs = Object.values(objects).flatMap((object) => Object.values(object.programs));
  const section = programs.find((program) => program.attachType === attachType)?.section;
  return section?.replace('cgroup/', '') ?? `attach type ${attachType}`;
}
