/** Where things are in an object, as JSON pointers (RFC 6901). Pure. */
import type { Json, JsonObject } from '#objects/index.ts';

const WITH_TEMPLATE = ['ReplicaSet', 'Deployment', 'DaemonSet', 'StatefulSet', 'Job'];

/** Undefined for kinds whose pods Karmada does not know how to find. */
export function containersPath({ kind }: JsonObject): string | undefined {
  if (kind === 'Pod') return '/spec/containers';
  return typeof kind === 'string' && WITH_TEMPLATE.includes(kind) ? '/spec/template/spec/containers' : undefined;
}

export function valueAt(document: Json, path: string): unknown {
  const steps = path.split('/').slice(1);
  return steps.reduce<unknown>((now, step) => {
    if (typeof now !== 'object' || now === null) return undefined;
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return Object.hasOwn(now, key) ? (now as Readonly<Record<string, unknown>>)[key] : undefined;
  }, document);
}
