import { EVENTS } from '#api/index.ts';
import type { KubeObject } from '#objects/index.ts';
import type { IslandSet } from './island-set.ts';

interface NodeEvent extends KubeObject {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** Messages of Events with one reason that are said of a node. */
export async function toldOfNode(set: IslandSet, cluster: string, node: string, reason: string): Promise<string[]> {
  const events = await set.client(cluster).list<NodeEvent>(EVENTS, { namespace: 'default' });
  const said = events.filter((one) => one.involvedObject.kind === 'Node' && one.involvedObject.name === node);
  return said.flatMap((one) => (one.reason === reason ? one.message : []));
}
