/** URL paths of the Kubernetes API. */
import type { ResourceType } from '#objects/index.ts';

export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string;
}

/** `/api/v1/namespaces/x/services[/name[/subresource]]`. */
export function pathOf(
  type: ResourceType,
  ref: { readonly namespace?: string; readonly name?: string },
  subresource?: string,
) {
  const root = type.group ? `/apis/${type.group}/${type.version}` : `/api/${type.version}`;
  const scope = type.namespaced && ref.namespace ? `/namespaces/${encodeURIComponent(ref.namespace)}` : '';
  const tail = ref.name ? `/${encodeURIComponent(ref.name)}` : '';
  return `${root}${scope}/${type.plural}${tail}${subresource ? `/${subresource}` : ''}`;
}

export function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters))
    if (value !== undefined && value !== '') query.set(key, String(value));
  const text = query.toString();
  return text ? `?${text}` : '';
}

/** For messages: `services demo/web`. */
export function subjectOf(
  type: ResourceType,
  { namespace, name }: { readonly namespace?: string; readonly name?: string },
) {
  const kind = type.group ? `${type.plural}.${type.group}` : type.plural;
  if (!name) return namespace ? `${kind} in ${namespace}` : kind;
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}
