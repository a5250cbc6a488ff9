/** What a namespace that is being deleted waits for, in the words of Kubernetes' namespace controller. */
import { type Condition, type KubeObject, setCondition } from '#objects/index.ts';
import type { Kind } from '../kinds/kind.ts';

export interface Left {
  readonly kind: Kind;
  readonly objects: readonly KubeObject[];
}

export function endingConditions(
  before: readonly Condition[] | undefined,
  left: readonly Left[],
  now: string,
): readonly Condition[] {
  const told = [...FINE, remaining(left), held(left)];
  return told.reduce<readonly Condition[]>((list, condition) => setCondition(list, condition, now), before ?? []);
}

type Told = Omit<Condition, 'lastTransitionTime'>;

const FINE: readonly Told[] = [
  told('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
  told(
    'NamespaceDeletionGroupVersionParsingFailure',
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  ),
  told(
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ),
];

function remaining(left: readonly Left[]): Told {
  const texts = left
    .filter(({ objects }) => objects.length > 0)
    .map(({ kind: { type }, objects }) => `${type.plural}.${type.group} has ${objects.length} resource instances`);
  if (texts.length === 0)
    return told('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed');
  const message = `Some resources are remaining: ${texts.toSorted().join(', ')}`;
  return { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message };
}

function held(left: readonly Left[]): Told {
  const counts = new Map<string, number>();
  for (const { objects } of left)
    for (const { metadata } of objects)
      for (const finalizer of metadata.finalizers ?? []) counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  const type = 'NamespaceFinalizersRemaining';
  if (counts.size === 0) return told(type, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished');
  const texts = [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${texts.toSorted().join(', ')}`;
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message };
}

function told(type: string, reason: string, message: string): Told {
  return { type, status: 'False', reason, message };
}
