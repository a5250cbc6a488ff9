/**
 * What is known of other members' gateways, in the kernel: one that is down is no backend; a member none of whose gateways answers
 * takes no new connections, at once and without compiling anything anew.
 */
import type { MemberCluster } from '#api/index.ts';
import { allDown, gatewaysFor, type Verdicts } from '#plan/index.ts';
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
    const down = downMembers(view.members.list(), self, peers.current);
    flags.setDown(new Set(down.map(({ cluster }) => cluster)));
  };
  peers.onChange(apply);
  view.members.onChange(apply);
  apply();
}

/** None of whose gateways answers, with their addresses. @param self own member */
export function downMembers(members: readonly MemberCluster[], self: string, verdicts: Verdicts) {
  return members.flatMap(({ metadata: { name: cluster }, spec, status }) => {
    const gateways = gatewaysFor({ spec, status }, self);
    return allDown(verdicts, cluster, gateways) ? [{ cluster, gateways: gateways.map(({ address }) => address) }] : [];
  });
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
