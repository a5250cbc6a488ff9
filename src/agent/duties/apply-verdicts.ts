/**
 * What is known of other members' gateways, in the kernel: one that is down is no backend; a member none of whose gateways answers
 * takes no new connections, at once and without compiling anything anew.
 */
import { allDown, gatewaysFor } from '#plan/index.ts';
import type { ClusterFlags } from '../apply/cluster-flags.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import type { ConnectDuty } from './connect.ts';
import type { PeerVerdicts } from './peer-verdicts.ts';

type Peers = Pick<PeerVerdicts, 'current' | 'onChange'>;

/** @param self own member */
export function keepDownClusters(
  peers: Peers,
  view: Pick<ClusterView, 'members'>,
  self: string,
  flags: ClusterFlags,
): void {
  const apply = () => {
    const down = view.members.list().filter(({ metadata, spec, status }) => {
      const gateways = gatewaysFor({ ...(spec && { spec }), ...(status && { status }) }, self);
      return allDown(peers.current, metadata.name, gateways);
    });
    flags.setDown(new Set(down.map(({ metadata }) => metadata.name)));
  };
  peers.onChange(apply);
  view.members.onChange(apply);
  apply();
}

/** @param again everything is compiled anew */
export function leaveOutGateways(peers: Peers, connect: Pick<ConnectDuty, 'forgetMembers'>, again: () => void): void {
  let before = leftOut(peers);
  peers.onChange(() => {
    const now = leftOut(peers);
    if (now === before) return;
    before = now;
    connect.forgetMembers();
    again();
  });
}

/** Gateways that are down, in one line. */
function leftOut({ current }: Peers): string {
  const down = Object.entries(current).flatMap(([cluster, of]) =>
    Object.entries(of).flatMap(([address, verdict]) => (verdict === 'down' ? [`${cluster}/${address}`] : [])),
  );
  return down.join();
}
