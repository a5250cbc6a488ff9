/** What crosses the islands' network. */
import assert from 'node:assert/strict';
import { capture, nft, run } from '#host/index.ts';

export interface Watched {
  readonly family: 'ip' | 'ip6';
  /** Addresses of pods, on every island. */
  readonly pods: string;
  /** Addresses of gateways. */
  readonly lanes: string;
}

/** Counts, at every port of the WAN, packets that name a pod and packets to a gateway. @returns asks for the counts */
export async function watchWan(
  set: string,
  { family, pods, lanes }: Watched,
): Promise<() => Promise<{ pods: number; lanes: number }>> {
  const wan = `${set}-wan`;
  const links = await run('ip', ['-n', wan, '-o', 'link', 'show', 'type', 'veth']);
  const ports = links.split('\n').flatMap((line) => /^\d+: ([^@:]+)/.exec(line)?.[1] ?? []);
  assert.ok(ports.length >= 10, `${ports.length} ports on the WAN`);
  const chains = ports.map(
    (port, i) => `chain p${i} {
      type filter hook ingress device "${port}" priority 0;
      ${family} saddr ${pods} counter name pods
      ${family} daddr ${pods} counter name pods
      ${family} daddr ${lanes} counter name lanes
    }`,
  );
  const counters = 'counter pods {\n}\ncounter lanes {\n}';
  await nft(`table netdev watch {\n${counters}\n${chains.join('\n')}\n}`, { namespace: wan });
  return async () => {
    const { stdout } = await capture('nsenter', [`--net=/run/netns/${wan}`, 'nft', '-j', 'list', 'counters']);
    const { nftables } = JSON.parse(stdout) as { nftables: { counter?: { name: string; packets: number } }[] };
    const packets = Object.fromEntries(
      nftables.flatMap(({ counter }) => (counter ? [[counter.name, counter.packets]] : [])),
    );
    return { pods: packets['pods'] ?? Number.NaN, lanes: packets['lanes'] ?? Number.NaN };
  };
}
