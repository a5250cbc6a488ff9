/** Events about pods; the same again counts up. */
import { EVENTS } from '#api/index.ts';
import { type Clock, isFault, type Log, messageOf, timestamp } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';
import type { Pod } from '#sandbox/workloads/index.ts';

export type Say = (pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string) => void;

const MOST_REMEMBERED = 1000;

export function sayEvents(client: Client, clock: Clock, log: Log): Say {
  const said = new Map<string, { name: string; count: number }>();

  async function write(pod: Pod, type: string, reason: string, message: string) {
    const { name, namespace, uid } = pod.metadata;
    const key = `${uid} ${reason} ${message}`;
    const now = timestamp(clock);
    const before = said.get(key);
    if (before) {
      before.count += 1;
      const patch = { count: before.count, lastTimestamp: now };
      return client.patch(EVENTS, { namespace, name: before.name }, patch);
    }
    if (said.size >= MOST_REMEMBERED) said.clear();
    const event = `${name}.${Math.floor(clock.now()).toString(16)}${Math.floor(clock.random() * 65_536).toString(16)}`;
    said.set(key, { name: event, count: 1 });
    return client.create<KubeObject>(EVENTS, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace, name: event },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component: 'kubelet', host: pod.spec.nodeName },
      reportingComponent: 'kubelet',
      reportingInstance: pod.spec.nodeName,
    } as KubeObject);
  }

  return (pod, type, reason, message) => {
    write(pod, type, reason, message).catch((error: unknown) => {
      // Its namespace may be going, or the Event be gone: nobody waits for it.
      if (!isFault(error, 'kube/not-found')) log.debug({ reason, cause: messageOf(error) }, 'event not written');
    });
  };
}
