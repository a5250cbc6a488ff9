/** What clients ask first: groups, versions, kinds. */
import { apiVersionOf, type JsonObject } from '#objects/index.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import { REVIEWS } from '../reviews/review-kinds.ts';
import { noSuchPath } from './api-error.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** @returns undefined when the path is none of discovery's */
export function serveDiscovery(registry: Registry, pathname: string): JsonObject | undefined {
  const path = pathname.replace(/\/$/, '');
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(registry) };
  if (path === '/api/v1') return resourceList(registry, '', 'v1');
  const [, group, version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (!group) return undefined;
  if (version) return resourceList(registry, group, version);
  const found = groupsOf(registry).find(({ name }) => name === group);
  if (!found) throw noSuchPath();
  return { kind: 'APIGroup', apiVersion: 'v1', ...found };
}

function groupsOf(registry: Registry): JsonObject[] {
  return [...registry.groups(), ...reviewGroups()]
    .filter(([group, versions]) => group !== '' && versions.length > 0)
    .map(([group, versions]) => {
      const all = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
      return { name: group, versions: all, preferredVersion: all[0] };
    });
}

function resourceList(registry: Registry, group: string, version: string): JsonObject {
  const kinds = registry.kinds().filter((kind) => kind.type.group === group && isServed(kind, version));
  const reviews = REVIEWS.filter((review) => review.group === group && review.version === version);
  if (kinds.length + reviews.length === 0) throw noSuchPath();
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: [...kinds.flatMap(resourcesOf), ...reviews.map(reviewResource)],
  };
}

function reviewGroups(): (readonly [string, readonly string[]])[] {
  return [...new Set(REVIEWS.map(({ group }) => group))].map((group) => [group, ['v1']]);
}

function reviewResource({ plural, kind, namespaced }: (typeof REVIEWS)[number]): JsonObject {
  return { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs: ['create'] };
}

const OF_SUBRESOURCES: Readonly<Record<string, readonly string[]>> = {
  log: ['get'],
  finalize: ['update'],
  token: ['create'],
  eviction: ['create'],
  binding: ['create'],
};
const TYPES: Readonly<Record<string, JsonObject>> = {
  token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction' },
  binding: { kind: 'Binding' },
};

function isServed(kind: Kind, version: string): boolean {
  return kind.versions.some((one) => one.name === version && one.served);
}

function resourcesOf(kind: Kind): JsonObject[] {
  const { plural, namespaced, kind: name } = kind.type;
  const main: JsonObject = {
    name: plural,
    singularName: kind.singular,
    namespaced,
    kind: name,
    verbs: VERBS,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
  };
  const below = (sub: string, verbs: readonly string[], extra: JsonObject = {}): JsonObject => ({
    name: `${plural}/${sub}`,
    singularName: '',
    namespaced,
    kind: name,
    verbs,
    ...extra,
  });
  return [
    main,
    ...(kind.hasStatus ? [below('status', ['get', 'patch', 'update'])] : []),
    ...(kind.scale
      ? [below('scale', ['get', 'patch', 'update'], { group: 'autoscaling', version: 'v1', kind: 'Scale' })]
      : []),
    ...kind.subresources.map((sub) => below(sub, OF_SUBRESOURCES[sub] ?? ['create', 'get'], TYPES[sub])),
  ];
}
