/** What is called for each path, and from where. Pure. */
import type { PathName } from './path-names.ts';
import { PROXY_PORTS } from './peers.ts';
import { LANE_PORT, POD_PORT, VIP_PORT, VIPS, type Wire, type WireName, type WirePlan } from './wires.ts';

export interface Path {
  readonly name: PathName;
  /** What is called, in turn. */
  readonly to: readonly string[];
  readonly from: string;
  readonly hooked: boolean;
}

export function pathsOf({ wires }: WirePlan): readonly Path[] {
  const pods = ({ pods: all }: Wire) => all.map((address) => `${address}:${POD_PORT}`);
  const path = (name: PathName, wire: WireName, to: readonly string[], hooked = false): Path => ({
    name,
    to,
    from: wires[wire].callers,
    hooked,
  });
  const proxied = (port: number) => [`${wires.proxy.front}:${port}`];
  return [
    path('pod', 'route', pods(wires.route)),
    path('vip', 'route', [`${VIPS.pod}:${VIP_PORT}`], true),
    path('conntrack', 'conntrack', pods(wires.conntrack)),
    path('dnat', 'dnat', [`${wires.dnat.front}:${POD_PORT}`]),
    path('lane', 'lane', [`${wires.lane.front}:${LANE_PORT}`]),
    path('vip-lane', 'lane', [`${VIPS.lane}:${VIP_PORT}`], true),
    path('haproxy', 'proxy', proxied(PROXY_PORTS.haproxy)),
    path('haproxy-2', 'proxy', proxied(PROXY_PORTS.haproxy2)),
    path('haproxy-tls', 'proxy', proxied(PROXY_PORTS.haproxyTls)),
    path('nginx', 'proxy', proxied(PROXY_PORTS.nginx)),
  ];
}
