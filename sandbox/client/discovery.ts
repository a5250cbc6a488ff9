/** Which resources an API server has: from a kind in a manifest, or a word on the command line, to its path. */
import { isFault, SealaneError } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { ResourceType } from '#objects/index.ts';

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly singularName?: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly shortNames?: readonly string[];
  }[];
}

interface GroupList {
  readonly groups?: readonly { readonly name: string; readonly preferredVersion?: { readonly groupVersion: string } }[];
}

type Found = ResourceType & { readonly words: readonly string[] };

/** @throws `sandbox/unknown-kind` */
export async function typeOfKind(client: Client, apiVersion: string, kind: string): Promise<ResourceType> {
  const found = (await resourcesOf(client, apiVersion)).find((it) => it.kind === kind);
  if (found) return found;
  throw new SealaneError('sandbox/unknown-kind', `find ${kind} of ${apiVersion}: not served by ${client.server}`);
}

/** @param word `pods`, `po`, `Pod`, `deployments.apps` … @throws `sandbox/unknown-kind` */
export async function typeOfWord(client: Client, word: string): Promise<ResourceType> {
  const [name = '', ...group] = word.toLowerCase().split('.');
  for (const version of await preferredVersions(client)) {
    const resources = await resourcesOf(client, version);
    const wanted = group.join('.');
    const found = resources.find((it) => it.words.includes(name) && (wanted === '' || it.group === wanted));
    if (found) return found;
  }
  throw new SealaneError('sandbox/unknown-kind', `find "${word}": no such resource at ${client.server}`);
}

async function preferredVersions(client: Client): Promise<string[]> {
  const { groups = [] } = ((await client.json({ path: '/apis' })) ?? {}) as GroupList;
  return ['v1', ...groups.flatMap(({ preferredVersion }) => preferredVersion?.groupVersion ?? [])];
}

async function resourcesOf(client: Client, apiVersion: string): Promise<Found[]> {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const { resources = [] } = await resourceList(client, path);
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, singularName, kind, namespaced, shortNames = [] }) => ({
      group,
      version,
      plural: name,
      kind,
      namespaced,
      words: [name, singularName ?? '', kind.toLowerCase(), ...shortNames].filter(Boolean),
    }));
}

async function resourceList(client: Client, path: string): Promise<ResourceList> {
  try {
    return ((await client.json({ path })) ?? {}) as ResourceList;
  } catch (error) {
    if (isFault(error, 'kube/not-found')) return {};
    throw error;
  }
}
