/** The pod whose call is traced: by its name, or by that of the Deployment that made it. */
import { PODS } from '#api/index.ts';
import { SealaneError } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';

export interface CallerPod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

interface Wanted {
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
}

/** @throws SealaneError `agent/no-such-pod` */
export async function findCaller(
  client: Pick<Client, 'find' | 'list'>,
  { cluster, namespace, pod }: Wanted,
): Promise<CallerPod> {
  const exact = await client.find<CallerPod>(PODS, { namespace, name: pod });
  if (exact) return exact;
  const all = await client.list<CallerPod>(PODS, { namespace });
  const made = all.find(({ metadata, status }) => status?.phase === 'Running' && isMadeBy(pod, metadata.name));
  if (made) return made;
  const others = all.map(({ metadata }) => metadata.name).slice(0, 5);
  throw new SealaneError('agent/no-such-pod', `trace from ${namespace}/${pod}: no such pod in ${cluster}`, {
    hint: others.length > 0 ? `in ${namespace} are ${others.join(', ')}` : `no pod in ${namespace}`,
  });
}

/** What Kubernetes makes up at the end of a name: five letters and digits that form no words. */
const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]{5}';
/** A Deployment's pods add `-<hash>-<random>`, a DaemonSet's `-<random>`, a StatefulSet's `-<number>`. */
const ADDED = new RegExp(`^-(([a-z0-9]+-)?${RANDOM}|\\d+)$`);

function isMadeBy(owner: string, pod: string): boolean {
  return pod.startsWith(owner) && ADDED.test(pod.slice(owner.length));
}
