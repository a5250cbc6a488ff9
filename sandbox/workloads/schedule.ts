/** Which node a pod goes to: the one with the fewest pods among those that fit. Pure. */
import type { Node, Pod } from './kinds.ts';
import { isOver } from './pod-state.ts';

/** @returns the node's name; undefined when none fits */
export function chooseNode(pod: Pod, nodes: readonly Node[], pods: readonly Pod[]): string | undefined {
  const fitting = nodes.filter((node) => fits(pod, node));
  const load = countByNode(pods.filter((other) => !isOver(other)));
  const sameKind = countByNode(pods.filter((other) => isActiveSibling(other, pod)));
  const cost = (node: Node) => [sameKind.get(node.metadata.name) ?? 0, load.get(node.metadata.name) ?? 0] as const;
  return fitting.toSorted((a, b) => compare(cost(a), cost(b)) || a.metadata.name.localeCompare(b.metadata.name)).at(0)
    ?.metadata.name;
}

/** Pods of one owner are spread first: then all pods. */
function isActiveSibling(other: Pod, pod: Pod): boolean {
  const owner = pod.metadata.ownerReferences?.[0]?.uid;
  return owner !== undefined && other.metadata.ownerReferences?.[0]?.uid === owner && !isOver(other);
}

function fits(pod: Pod, node: Node): boolean {
  if (node.spec?.unschedulable) return false;
  if (!node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')) return false;
  const wanted = Object.entries(pod.spec.nodeSelector ?? {});
  return wanted.every(([key, value]) => node.metadata.labels?.[key] === value);
}

function countByNode(pods: readonly Pod[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { spec } of pods) if (spec.nodeName) counts.set(spec.nodeName, (counts.get(spec.nodeName) ?? 0) + 1);
  return counts;
}

function compare(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] - b[0] || a[1] - b[1];
}
