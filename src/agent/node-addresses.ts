/** The addresses by which an agent's node is known. */
import { NODES } from '#api/index.ts';
import { ipJson } from '#host/index.ts';
import { messageOf, SealaneError, sleep } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { type KubeObject, splitKey } from '#objects/index.ts';
import { type AgentOptions, RESOLVER_PORT } from './options.ts';

const NODE_RETRY_MS = 250;

/**
 * The node's own address, as its Node says it. Pods of other nodes come by the lane's device when it is the gateway's too; guessing
 * that would cut kubelet off, so it waits for the Node.
 */
export async function internalAddress(client: Client, { nodeName, clock, log }: AgentOptions): Promise<string> {
  for (let failures = 0; ; failures++) {
    try {
      const { status } = await client.get<NodeObject>(NODES, splitKey(nodeName));
      const found = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
      if (found) return found;
    } catch (error) {
      const fields = { reason: messageOf(error) };
      if (failures % 40 === 0) log.warn(fields, 'no gateway yet: its Node says whether it shares its device with pods');
    }
    await sleep(clock, NODE_RETRY_MS);
  }
}

interface NodeObject extends KubeObject {
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

/** An address of this node that its pods reach. */
export async function resolverAddress({ resolverAddress: given, gatewayAddress }: AgentOptions): Promise<string> {
  const address = given ?? gatewayAddress?.[0] ?? (await firstAddress());
  return address.includes(':') ? address : `${address}:${RESOLVER_PORT}`;
}

async function firstAddress(): Promise<string> {
  const all = await ipJson<{ ifname: string; addr_info?: { family: string; local: string }[] }>(['address', 'show']);
  const addresses = all.filter(({ ifname }) => ifname !== 'lo').flatMap(({ addr_info = [] }) => addr_info);
  const found = addresses.find(({ family }) => family === 'inet')?.local;
  if (!found) throw new SealaneError('agent/no-address', 'find an IPv4 address of this node: no device has one');
  return found;
}
