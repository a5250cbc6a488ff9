/** Conditions of exports and policies in several members as one list: the worse is shown, each is named. Pure. */
import type { Condition } from '#objects/index.ts';
import type { AggregatedItem, AnyObject } from '../types.ts';

const KINDS = ['ServiceExport', 'GlobalTrafficPolicy'];
const GROUPS = ['flomesh.io', 'multicluster.flomesh.io', 'multicluster.x-k8s.io', 'sealane.dev'];

export function readsConditions({ apiVersion, kind }: AnyObject): boolean {
  return KINDS.includes(kind) && GROUPS.includes(apiVersion.split('/')[0] ?? '');
}

/** Undefined while no member has said anything. */
export function aggregateConditions(items: readonly AggregatedItem[]): { conditions: Condition[] } | undefined {
  const said = items.flatMap(({ clusterName, status }) =>
    ((status?.['conditions'] ?? []) as readonly Condition[]).map((condition) => ({ clusterName, condition })),
  );
  const types = [...new Set(said.map(({ condition }) => condition.type))];
  if (types.length === 0) return undefined;
  return { conditions: types.map((type) => merged(said.filter(({ condition }) => condition.type === type))) };
}

type Said = { readonly clusterName: string; readonly condition: Condition };

function merged(said: readonly Said[]): Condition {
  const shown = said.toSorted((a, b) => badness(b.condition) - badness(a.condition))[0]?.condition as Condition;
  const { type, status, reason, lastTransitionTime } = shown;
  const message = said.map(({ clusterName, condition: it }) => `${clusterName}=${it.status}/${it.reason}`).join(', ');
  return { type, status, reason, message, lastTransitionTime };
}

/** A cluster without the Service says least. */
function badness({ type, status, reason }: Condition): number {
  if (reason === 'NoService') return 0;
  const bad = type === 'Conflict' ? 'True' : 'False';
  return status === bad ? 2 : 1;
}
