/** From `NAMESPACE/NAME` to a pod: its name, or that of the Deployment that made it. */
import { PODS } from '#api/index.ts';
import { SealaneError } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';

interface Pod extends KubeObject {
  readonly status?: { readonly phase?: string };
}

/** @throws `sandbox/bad-target`, `sandbox/no-such-pod` */
export async function findPod(client: Client, target: string): Promise<{ namespace: string; name: string }> {
  const [namespace = '', name = '', ...more] = target.split('/');
  if (name === '' || namespace === '' || more.length > 0) {
    throw new SealaneError('sandbox/bad-target', `find pod "${target}"`, { hint: 'write NAMESPACE/POD' });
  }
  const pods = await client.list<Pod>(PODS, { namespace });
  const exact = pods.find((pod) => pod.metadata.name === name);
  const made = pods.find((pod) => pod.status?.phase === 'Running' && madeBy(name, pod.metadata.name));
  const found = exact ?? made;
  if (found) return { namespace, name: found.metadata.name };
  const others = pods.map((pod) => pod.metadata.name).slice(0, 5);
  throw new SealaneError('sandbox/no-such-pod', `find pod ${target}: not there`, {
    hint: others.length > 0 ? `in ${namespace} are ${others.join(', ')}` : `no pod in ${namespace}`,
  });
}

/** A Deployment's pods add `-<hash>-<five letters>`, a StatefulSet's `-<number>`. */
function madeBy(owner: string, pod: string): boolean {
  return pod.startsWith(`${owner}-`) && /^([a-z0-9]+-[a-z0-9]{5}|\d+)$/.test(pod.slice(owner.length + 1));
}
