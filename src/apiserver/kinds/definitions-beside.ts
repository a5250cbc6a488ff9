import { isObject, type JsonObject, type KubeObject, type Store, storeResource } from '#objects/index.ts';

export const DEFINITIONS = storeResource({ group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' });

/** The other definitions of a definition's group. */
export function definitionsBeside(store: Store, crd: JsonObject): readonly KubeObject[] {
  const groupOf = ({ spec }: { readonly spec?: unknown }) => (isObject(spec) ? spec.group : undefined);
  const name = isObject(crd.metadata) ? crd.metadata.name : undefined;
  const outcome = store.list(DEFINITIONS);
  const all = outcome.outcome === 'ok' ? outcome.items : [];
  return all.filter(
    (one) => one.metadata.name !== name && groupOf(one as KubeObject & { spec?: unknown }) === groupOf(crd),
  );
}
