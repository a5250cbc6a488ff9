/** What a request asks for, in the words that rules are written in. Source: "Determine the Request Verb" of Kubernetes' documentation. */
import { parseFieldSelector } from '#objects/index.ts';
import type { User } from '../http/exchange.ts';
import type { ApiPath } from '../http/parse-path.ts';

interface Asker {
  readonly user: User;
  readonly verb: string;
}

/** Something about an object, or a collection of them. */
export interface ResourceAttributes extends Asker {
  readonly group: string;
  readonly plural: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** A path that is no resource's: `/version`, `/apis`. */
export interface PathAttributes extends Asker {
  readonly path: string;
}

export type Attributes = ResourceAttributes | PathAttributes;

export function isPath(attributes: Attributes): attributes is PathAttributes {
  return 'path' in attributes;
}

export function resourceAttributes(user: User, method: string, path: ApiPath, url: URL): ResourceAttributes {
  const { group, plural, subresource, namespace, name } = path;
  const verb = verbOf(method, name !== undefined, url);
  // A namespace is asked for inside itself: who may read a namespace's objects can be let read its name.
  const inside = group === '' && plural === 'namespaces' ? name : namespace;
  return { user, verb, group, plural, subresource, namespace: inside, name: name ?? nameSelected(verb, url) };
}

export function pathAttributes(user: User, method: string, url: URL): PathAttributes {
  return { user, verb: method.toLowerCase(), path: url.pathname };
}

function verbOf(method: string, isNamed: boolean, { searchParams }: URL): string {
  const isWatch = ['true', '1'].includes(searchParams.get('watch') ?? '');
  if (method === 'GET' || method === 'HEAD') return isWatch ? 'watch' : isNamed ? 'get' : 'list';
  if (method === 'DELETE') return isNamed ? 'delete' : 'deletecollection';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method.toLowerCase();
}

/** A list of one name is a question about that name: a rule with `resourceNames` then allows it. */
function nameSelected(verb: string, { searchParams }: URL): string | undefined {
  const fields = searchParams.get('fieldSelector');
  if (!fields || !['list', 'watch', 'deletecollection'].includes(verb)) return undefined;
  const parsed = parseFieldSelector(fields);
  if (!parsed.ok) return undefined;
  return parsed.value.find(({ path, equal }) => path === 'metadata.name' && equal)?.value;
}
