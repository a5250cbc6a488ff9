import type { LocalPod } from './local-endpoints.ts';

/** Where the caller is. */
export interface CallerPlace {
  readonly node: string;
  readonly zone?: string | undefined;
}

/**
 * The pods of this cluster that a caller should have, of those that may take a connection: as kube-proxy of Kubernetes 1.34 does it.
 * Hints of the slices count when every pod has them and one means the caller; else what `trafficDistribution` asks for is read from
 * where the pods are. A preference never leaves a caller without a pod.
 *
 * Source: kubernetes pkg/proxy/topology.go (1.34), KEP-3015.
 */
export function preferredPods(
  pods: readonly LocalPod[],
  { node, zone }: CallerPlace,
  distribution?: string,
): readonly LocalPod[] {
  const onNode = hinted(pods, node, ({ nodeHints }) => nodeHints);
  const inZone = hinted(pods, zone, ({ zoneHints }) => zoneHints);
  if (onNode.length > 0) return onNode;
  if (inZone.length > 0) return inZone;
  if (pods.some(({ nodeHints, zoneHints }) => nodeHints || zoneHints)) return pods;
  return byPlace(pods, { node, zone }, distribution);
}

/** None unless every pod has a hint: a half-hinted slice is being written. */
function hinted(
  pods: readonly LocalPod[],
  here: string | undefined,
  hints: (pod: LocalPod) => readonly string[] | undefined,
): readonly LocalPod[] {
  if (here === undefined || !pods.every((pod) => hints(pod))) return [];
  return pods.filter((pod) => hints(pod)?.includes(here));
}

function byPlace(pods: readonly LocalPod[], { node, zone }: CallerPlace, distribution: string | undefined) {
  const near = pods.filter((pod) => zone !== undefined && pod.zone === zone);
  const here = pods.filter((pod) => pod.nodeName === node);
  const wanted = {
    PreferSameNode: [here, near],
    PreferSameZone: [near],
    PreferClose: [near],
  }[distribution ?? ''];
  return wanted?.find((some) => some.length > 0) ?? pods;
}
