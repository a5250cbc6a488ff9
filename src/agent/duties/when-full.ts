/** What a kernel table that is full means for calls, and what to do about it before it is. */

const OF_SERVICES =
  'services and endpoints that find no room are not taken in, what is in it goes on: import fewer, or such with fewer endpoints';
const OF_LANES =
  'what is exported and finds no room is not reached by this gateway: export fewer services from this cluster';
const OF_FLOWS = 'connections through this gateway that find no room are refused: give the cluster another gateway';
const OF_COUNTS = 'calls of services and clusters that find no room are served and not counted';

const SENTENCES: Readonly<Record<string, string>> = {
  lane_ports: OF_LANES,
  lanes: OF_LANES,
  lane_pods: OF_LANES,
  nat_flows: OF_FLOWS,
  nat6_flows: OF_FLOWS,
  traffic: OF_COUNTS,
  connect_times: OF_COUNTS,
};

export function whenFull(map: string): string {
  return SENTENCES[map] ?? OF_SERVICES;
}
