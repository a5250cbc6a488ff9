/** The addresses by which an agent's node is known. */
import { NODES } from '#api/index.ts';
import { ipJson } from '#host/index.ts';
import {
  type Family,
  familyOf,
  formatEndpoint,
  formatIp,
  ip,
  messageOf,
  parseEndpoint,
  SealaneError,
  sleep,
} from '#kit/index.ts';
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

/**
 * Addresses of this node that its pods reach, one for each family in which they ask for names.
 *
 * @throws `agent/no-address` when the node has none of such a family
 */
export async function resolverAddresses(options: AgentOptions): Promise<string[]> {
  const { resolverAddress, gatewayAddress, clusterDns } = options;
  const given = resolverAddress ?? gatewayAddress ?? [];
  const known = given.map((text) => parseEndpoint(text, RESOLVER_PORT)).filter((one) => one !== undefined);
  const families = [...new Set(clusterDns.map((address) => familyOf(ip(address))))];
  return Promise.all(
    families.map(async (family) => {
      const found = known.find(({ address }) => familyOf(address) === family);
      return found
        ? formatEndpoint(formatIp(found.address), found.port)
        : formatEndpoint(await firstAddress(family), RESOLVER_PORT);
    }),
  );
}

/** Of link-local addresses no pod could say by which device. */
async function firstAddress(family: Family): Promise<string> {
  const all = await ipJson<Device>(['address', 'show', 'scope', 'global']);
  const addresses = all.filter(({ ifname }) => ifname !== 'lo').flatMap(({ addr_info = [] }) => addr_info);
  const found = addresses.find((one) => one.family === (family === 'IPv4' ? 'inet' : 'inet6'))?.local;
  if (!found) throw new SealaneError('agent/no-address', `find an ${family} address of this node: no device has one`);
  return found;
}

interface Device {
  readonly ifname: string;
  readonly addr_info?: readonly { readonly family: string; readonly local: string }[];
}
