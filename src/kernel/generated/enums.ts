// Written by tools/generate-kernel.ts from the type information of dist/bpf/*.o: do not edit.

/** Bits of a backend; they may be combined. */
export const BackendFlag = {
  /** leave the destination as the application named it */
  Pass: 1,
  /** eligible only while slot `slot` of `alive` holds a socket */
  NeedsSocket: 2,
} as const;

/** What each value of BackendFlag means, for people. */
export const BackendFlagText: Readonly<Record<number, string>> = {
  1: 'leave the destination as the application named it',
  2: 'eligible only while slot `slot` of `alive` holds a socket',
};

/** Bits of a cluster; with any of them set no new connection goes there. */
export const ClusterFlag = {
  /** being drained: connections end by themselves */
  Drained: 1,
  /** not reachable */
  Down: 2,
} as const;

/** What each value of ClusterFlag means, for people. */
export const ClusterFlagText: Readonly<Record<number, string>> = {
  1: 'being drained: connections end by themselves',
  2: 'not reachable',
};

/** What a watcher was not told, and what is needed to know it. By topic after each of these. */
export const EventCount = {
  /** no room in the ring: events come faster than they are read */
  Lost: 0,
  /** more than the watcher wants to hear of */
  HeldBack: 3,
  /** the window, and how many there were in it */
  Window: 6,
} as const;

/** What each value of EventCount means, for people. */
export const EventCountText: Readonly<Record<number, string>> = {
  0: 'no room in the ring: events come faster than they are read',
  3: 'more than the watcher wants to hear of',
  6: 'the window, and how many there were in it',
};

/** What happened. */
export const EventKind = {
  /** a call was given a backend */
  Picked: 1,
  /** its connection is established */
  Established: 2,
  /** it has ended; of UDP, a socket that was connected */
  Closed: 3,
  /** it ended without having been established */
  Failed: 4,
  /** a call or a packet was refused */
  Refused: 5,
  /** a backend failed too often: it takes no connections for a while */
  Ejected: 6,
  /** its time is over, one connection tries it */
  Trial: 7,
  /** it takes connections again */
  Back: 8,
} as const;

/** What each value of EventKind means, for people. */
export const EventKindText: Readonly<Record<number, string>> = {
  1: 'a call was given a backend',
  2: 'its connection is established',
  3: 'it has ended; of UDP, a socket that was connected',
  4: 'it ended without having been established',
  5: 'a call or a packet was refused',
  6: 'a backend failed too often: it takes no connections for a while',
  7: 'its time is over, one connection tries it',
  8: 'it takes connections again',
};

/** Bits of a lane. */
export const LaneFlag = {
  /** a caller meets the same pod again and again, as long as that one is ready */
  KeepsCallers: 1,
} as const;

/** What each value of LaneFlag means, for people. */
export const LaneFlagText: Readonly<Record<number, string>> = {
  1: 'a caller meets the same pod again and again, as long as that one is ready',
};

/** What a datagram to the probe port is. */
export const ProbeKind = {
  /** asked by another gateway */
  Question: 1,
  /** sent back */
  Answer: 2,
} as const;

/** What each value of ProbeKind means, for people. */
export const ProbeKindText: Readonly<Record<number, string>> = {
  1: 'asked by another gateway',
  2: 'sent back',
};

/** Why a call or a packet was refused or dropped. */
export const Refusal = {
  /** nothing is refused */
  None: 0,
  /** the address belongs to a service, the port does not */
  UnknownPort: 1,
  /** the service has no tiers: nothing may serve it now */
  NoTiers: 2,
  /** no backend in any tier is eligible */
  NoBackend: 3,
  /** the kernel had no memory to remember the socket's backend */
  NoStorage: 4,
  /** the table of traffic counters is full: the call went on, uncounted */
  TrafficFull: 5,
  /** the backend has an address of the other family than the service's */
  Family: 6,
  /** a packet to a lane port that no exported service has */
  NoLane: 16,
  /** the lane's service has no ready pod */
  NoPod: 17,
  /** no free source port towards a pod */
  NatPorts: 18,
  /** the flow table is full */
  NatFull: 19,
  /** a fragment, which has no ports to go by */
  Fragment: 20,
  /** a packet shorter than its headers say, or whose headers contradict each other */
  Truncated: 21,
  /** larger than the next link carries, answered with "fragmentation needed" */
  TooBig: 22,
  /** no flow for a packet that does not open one; TCP is answered with a reset */
  NoFlow: 23,
  /** no route or no neighbour towards the pod or back to the caller */
  NoRoute: 24,
  /** time to live ran out */
  Ttl: 25,
  /** a packet with IP options, or extension headers of IPv6, towards a lane */
  IpOptions: 27,
  /** a lane would have led back into a lane */
  Loop: 28,
  /** a datagram over IPv6 without checksum, which must have one (RFC 8200 8.1) */
  NoSum: 29,
  /** a pod refused a connection or did not answer it, and the caller's next SYN goes to another */
  PodFailed: 30,
  /** more probes of gateways came within a second than are answered */
  Probes: 31,
} as const;

/** What each value of Refusal means, for people. */
export const RefusalText: Readonly<Record<number, string>> = {
  0: 'nothing is refused',
  1: 'the address belongs to a service, the port does not',
  2: 'the service has no tiers: nothing may serve it now',
  3: 'no backend in any tier is eligible',
  4: 'the kernel had no memory to remember the socket\'s backend',
  5: 'the table of traffic counters is full: the call went on, uncounted',
  6: 'the backend has an address of the other family than the service\'s',
  16: 'a packet to a lane port that no exported service has',
  17: 'the lane\'s service has no ready pod',
  18: 'no free source port towards a pod',
  19: 'the flow table is full',
  20: 'a fragment, which has no ports to go by',
  21: 'a packet shorter than its headers say, or whose headers contradict each other',
  22: 'larger than the next link carries, answered with "fragmentation needed"',
  23: 'no flow for a packet that does not open one; TCP is answered with a reset',
  24: 'no route or no neighbour towards the pod or back to the caller',
  25: 'time to live ran out',
  27: 'a packet with IP options, or extension headers of IPv6, towards a lane',
  28: 'a lane would have led back into a lane',
  29: 'a datagram over IPv6 without checksum, which must have one (RFC 8200 8.1)',
  30: 'a pod refused a connection or did not answer it, and the caller\'s next SYN goes to another',
  31: 'more probes of gateways came within a second than are answered',
};

/** enum socket_flag */
export const SocketFlag = {
  /** connect() of TCP chose a backend and the connection is not established: a socket that ends so has failed */
  Pending: 1,
  /** its backend was blamed for it: that is done once a connection */
  Blamed: 2,
  /** the one connection that tries a backend whose ejection is over */
  Trial: 4,
  /** TCP_USER_TIMEOUT is ours; the application's is in user_timeout_ms */
  GivenUp: 8,
} as const;

/** What each value of SocketFlag means, for people. */
export const SocketFlagText: Readonly<Record<number, string>> = {
  1: 'connect() of TCP chose a backend and the connection is not established: a socket that ends so has failed',
  2: 'its backend was blamed for it: that is done once a connection',
  4: 'the one connection that tries a backend whose ejection is over',
  8: 'TCP_USER_TIMEOUT is ours; the application\'s is in user_timeout_ms',
};

/** What may be watched. */
export const Topic = {
  /** what becomes of calls */
  Flows: 0,
  /** calls and packets that are refused */
  Drops: 1,
  /** backends that are left out, and come back */
  Ejections: 2,
} as const;

/** What each value of Topic means, for people. */
export const TopicText: Readonly<Record<number, string>> = {
  0: 'what becomes of calls',
  1: 'calls and packets that are refused',
  2: 'backends that are left out, and come back',
};
