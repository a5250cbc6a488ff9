// Written by tools/generate-kernel.ts from the type information of dist/bpf/*.o: do not edit.
import type { Address } from '#kit/index.ts';
import { getAddress, getIpv4, putAddress, putIpv4 } from '../address-codec.ts';
import type { Codec } from '../typed-map.ts';

/** struct client_key */
export interface ClientKey {
  /** cookie. */
  readonly netns: bigint;
  readonly service: number;
}

/** 16 bytes. */
export const ClientKey: Codec<ClientKey> = {
  size: 16,
  encode: (value, view, at = 0) => {
    view.setBigUint64(at, value.netns, true);
    view.setUint32(at + 8, value.service, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 12, 4).fill(0);
  },
  decode: (view, at = 0) => ({
    netns: view.getBigUint64(at, true),
    service: view.getUint32(at + 8, true),
  }),
};

/** Frozen layout; new fields take from spare. */
export interface Client {
  readonly addr: Address;
  /** A plain number here, network order in the kernel. */
  readonly port: number;
  readonly group: number;
  /** CLOCK_MONOTONIC, nanoseconds. */
  readonly until: bigint;
}

/** 40 bytes. */
export const Client: Codec<Client> = {
  size: 40,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.addr);
    view.setUint16(at + 16, value.port, false);
    view.setUint32(at + 20, value.group, true);
    view.setBigUint64(at + 24, value.until, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 18, 2).fill(0);
    new Uint8Array(view.buffer, view.byteOffset + at + 32, 8).fill(0);
  },
  decode: (view, at = 0) => ({
    addr: getAddress(view, at),
    port: view.getUint16(at + 16, false),
    group: view.getUint32(at + 20, true),
    until: view.getBigUint64(at + 24, true),
  }),
};

/** Its index would not do: that changes whenever another backend of its group does. */
export interface HealthKey {
  readonly addr: Address;
  /** A plain number here, network order in the kernel. */
  readonly port: number;
  /** or LANE_HEALTH with a lane. */
  readonly group: number;
}

/** 24 bytes. */
export const HealthKey: Codec<HealthKey> = {
  size: 24,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.addr);
    view.setUint16(at + 16, value.port, false);
    view.setUint32(at + 20, value.group, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 18, 2).fill(0);
  },
  decode: (view, at = 0) => ({
    addr: getAddress(view, at),
    port: view.getUint16(at + 16, false),
    group: view.getUint32(at + 20, true),
  }),
};

/** Failures count twice, so that half of one can be told. Frozen layout; new fields take from spare. */
export interface Health {
  /** ejected until then, CLOCK_MONOTONIC in nanoseconds; 0: not ejected. */
  readonly until: bigint;
  /** of the ejection, nanoseconds. */
  readonly term: bigint;
  /** failures to connect since the last success, twice. */
  readonly connects: number;
  /** connections reset before their first byte since the last that had one, twice. */
  readonly answers: number;
  /** ejected so often in a row. */
  readonly times: number;
  /** ever. */
  readonly ejections: bigint;
}

/** 64 bytes. */
export const Health: Codec<Health> = {
  size: 64,
  encode: (value, view, at = 0) => {
    view.setBigUint64(at, value.until, true);
    view.setBigUint64(at + 8, value.term, true);
    view.setUint32(at + 16, value.connects, true);
    view.setUint32(at + 20, value.answers, true);
    view.setUint32(at + 24, value.times, true);
    view.setBigUint64(at + 32, value.ejections, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 28, 4).fill(0);
    new Uint8Array(view.buffer, view.byteOffset + at + 40, 24).fill(0);
  },
  decode: (view, at = 0) => ({
    until: view.getBigUint64(at, true),
    term: view.getBigUint64(at + 8, true),
    connects: view.getUint32(at + 16, true),
    answers: view.getUint32(at + 20, true),
    times: view.getUint32(at + 24, true),
    ejections: view.getBigUint64(at + 32, true),
  }),
};

/** struct vip_key */
export interface VipKey {
  readonly addr: Address;
  /** 0 with proto 0: the address itself, whose other ports are refused. A plain number here, network order in the kernel. */
  readonly port: number;
  /** IPPROTO_TCP, IPPROTO_UDP. */
  readonly proto: number;
}

/** 20 bytes. */
export const VipKey: Codec<VipKey> = {
  size: 20,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.addr);
    view.setUint16(at + 16, value.port, false);
    view.setUint8(at + 18, value.proto);
    new Uint8Array(view.buffer, view.byteOffset + at + 19, 1).fill(0);
  },
  decode: (view, at = 0) => ({
    addr: getAddress(view, at),
    port: view.getUint16(at + 16, false),
    proto: view.getUint8(at + 18),
  }),
};

/** One address that may serve. It is written while no range leads to it; a generation is never used twice for one index, so a socket that still names the index knows that it has become another. Generation 0 is no backend. */
export interface Backend {
  /** of the family of the service's address */
  readonly addr: Address;
  /** A plain number here, network order in the kernel. */
  readonly port: number;
  /** index into clusters. */
  readonly cluster: number;
  readonly generation: number;
  /** service x cluster: what its traffic is counted under. */
  readonly group: number;
  readonly flags: number;
  readonly slot: number;
}

/** 36 bytes. */
export const Backend: Codec<Backend> = {
  size: 36,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.addr);
    view.setUint16(at + 16, value.port, false);
    view.setUint16(at + 18, value.cluster, true);
    view.setUint32(at + 20, value.generation, true);
    view.setUint32(at + 24, value.group, true);
    view.setUint32(at + 28, value.flags, true);
    view.setUint32(at + 32, value.slot, true);
  },
  decode: (view, at = 0) => ({
    addr: getAddress(view, at),
    port: view.getUint16(at + 16, false),
    cluster: view.getUint16(at + 18, true),
    generation: view.getUint32(at + 20, true),
    group: view.getUint32(at + 24, true),
    flags: view.getUint32(at + 28, true),
    slot: view.getUint32(at + 32, true),
  }),
};

/** When the backends of a service are ejected, and for how long. One word, stored at once. */
export interface Limits {
  /** in a row; 0: never. */
  readonly failures: number;
  /** at most this share of a tier, where nobody beyond it takes over; 0: never. */
  readonly percent: number;
  /** 1: established connections of an ejected backend that wait for an answer get an error too. */
  readonly resets: number;
  /** the first time; grows with each that follows. */
  readonly baseMs: number;
}

/** 8 bytes. */
export const Limits: Codec<Limits> = {
  size: 8,
  encode: (value, view, at = 0) => {
    view.setUint16(at, value.failures, true);
    view.setUint8(at + 2, value.percent);
    view.setUint8(at + 3, value.resets);
    view.setUint32(at + 4, value.baseMs, true);
  },
  decode: (view, at = 0) => ({
    failures: view.getUint16(at, true),
    percent: view.getUint8(at + 2),
    resets: view.getUint8(at + 3),
    baseMs: view.getUint32(at + 4, true),
  }),
};

/** What is watched of a topic. */
export interface Watch {
  /** CLOCK_MONOTONIC, nanoseconds; 0: nobody watches. The kernel clears what is over. */
  readonly until: bigint;
  /** of so many sockets one is told of, all that happens to it; 0 and 1: every one. */
  readonly oneIn: number;
  /** events a processor in WINDOW_BITS of nanoseconds; 0: as many as there are. */
  readonly most: number;
}

/** 16 bytes. */
export const Watch: Codec<Watch> = {
  size: 16,
  encode: (value, view, at = 0) => {
    view.setBigUint64(at, value.until, true);
    view.setUint32(at + 8, value.oneIn, true);
    view.setUint32(at + 12, value.most, true);
  },
  decode: (view, at = 0) => ({
    until: view.getBigUint64(at, true),
    oneIn: view.getUint32(at + 8, true),
    most: view.getUint32(at + 12, true),
  }),
};

/** One backend given for one VIP. */
export interface Pair {
  readonly vipAddr: Address;
  /** A plain number here, network order in the kernel. */
  readonly vipPort: number;
  /** A plain number here, network order in the kernel. */
  readonly port: number;
  readonly addr: Address;
  /** index. */
  readonly backend: number;
  readonly generation: number;
  readonly service: number;
}

/** 48 bytes. */
export const Pair: Codec<Pair> = {
  size: 48,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.vipAddr);
    view.setUint16(at + 16, value.vipPort, false);
    view.setUint16(at + 18, value.port, false);
    putAddress(view, at + 20, value.addr);
    view.setUint32(at + 36, value.backend, true);
    view.setUint32(at + 40, value.generation, true);
    view.setUint32(at + 44, value.service, true);
  },
  decode: (view, at = 0) => ({
    vipAddr: getAddress(view, at),
    vipPort: view.getUint16(at + 16, false),
    port: view.getUint16(at + 18, false),
    addr: getAddress(view, at + 20),
    backend: view.getUint32(at + 36, true),
    generation: view.getUint32(at + 40, true),
    service: view.getUint32(at + 44, true),
  }),
};

/** By connect(), for TCP or UDP. Frozen layout; new fields take from spare. */
export interface Given {
  readonly connected: Pair;
  /** of connected. */
  readonly group: number;
  readonly flags: number;
  /** of connect(), CLOCK_MONOTONIC in nanoseconds, as coarse as the tick. */
  readonly since: bigint;
  /** while SOCKET_GIVEN_UP. */
  readonly userTimeoutMs: number;
  /** of connected. */
  readonly cluster: number;
  /** it was found in, counted within the service. */
  readonly tier: number;
}

/** 120 bytes. */
export const Given: Codec<Given> = {
  size: 120,
  encode: (value, view, at = 0) => {
    Pair.encode(value.connected, view, at);
    view.setUint32(at + 48, value.group, true);
    view.setUint32(at + 52, value.flags, true);
    view.setBigUint64(at + 56, value.since, true);
    view.setUint32(at + 64, value.userTimeoutMs, true);
    view.setUint16(at + 68, value.cluster, true);
    view.setUint8(at + 70, value.tier);
    new Uint8Array(view.buffer, view.byteOffset + at + 71, 1).fill(0);
    new Uint8Array(view.buffer, view.byteOffset + at + 72, 48).fill(0);
  },
  decode: (view, at = 0) => ({
    connected: Pair.decode(view, at),
    group: view.getUint32(at + 48, true),
    flags: view.getUint32(at + 52, true),
    since: view.getBigUint64(at + 56, true),
    userTimeoutMs: view.getUint32(at + 64, true),
    cluster: view.getUint16(at + 68, true),
    tier: view.getUint8(at + 70),
  }),
};

/** What was sent to a backend since it was last heard. */
export interface Silence {
  /** of the first, CLOCK_MONOTONIC, as coarse as the tick; goes round. */
  readonly sinceMs: number;
  readonly sends: number;
  /** from one silent backend to another, in a row. */
  readonly moves: number;
}

/** 8 bytes. */
export const Silence: Codec<Silence> = {
  size: 8,
  encode: (value, view, at = 0) => {
    view.setUint32(at, value.sinceMs, true);
    view.setUint16(at + 4, value.sends, true);
    view.setUint16(at + 6, value.moves, true);
  },
  decode: (view, at = 0) => ({
    sinceMs: view.getUint32(at, true),
    sends: view.getUint16(at + 4, true),
    moves: view.getUint16(at + 6, true),
  }),
};

/** By sendmsg(), for UDP. Frozen layout; new fields take from spare. */
export interface Sent {
  /** pairs ever stored. */
  readonly count: number;
  /** a ring: the last destinations */
  readonly pairs: readonly Pair[];
  /** of each */
  readonly silences: readonly Silence[];
}

/** 256 bytes. */
export const Sent: Codec<Sent> = {
  size: 256,
  encode: (value, view, at = 0) => {
    view.setUint32(at, value.count, true);
    for (const [i, one] of value.pairs.entries()) Pair.encode(one, view, at + 8 + i * 48);
    for (const [i, one] of value.silences.entries()) Silence.encode(one, view, at + 200 + i * 8);
    new Uint8Array(view.buffer, view.byteOffset + at + 4, 4).fill(0);
    new Uint8Array(view.buffer, view.byteOffset + at + 232, 24).fill(0);
  },
  decode: (view, at = 0) => ({
    count: view.getUint32(at, true),
    pairs: Array.from({ length: 4 }, (_, i) => Pair.decode(view, at + 8 + i * 48)),
    silences: Array.from({ length: 4 }, (_, i) => Silence.decode(view, at + 200 + i * 8)),
  }),
};

/** struct traffic_key */
export interface TrafficKey {
  readonly service: number;
  readonly group: number;
}

/** 8 bytes. */
export const TrafficKey: Codec<TrafficKey> = {
  size: 8,
  encode: (value, view, at = 0) => {
    view.setUint32(at, value.service, true);
    view.setUint32(at + 4, value.group, true);
  },
  decode: (view, at = 0) => ({
    service: view.getUint32(at, true),
    group: view.getUint32(at + 4, true),
  }),
};

/** Frozen layout; new fields take from spare. Bytes are of connections that have ended; SYN and FIN count as one each. */
export interface Traffic {
  /** connect() calls, and UDP destinations, that were given a backend. */
  readonly attempts: bigint;
  /** TCP. */
  readonly established: bigint;
  /** TCP, after being established. */
  readonly closed: bigint;
  /** TCP, without having been established. */
  readonly failed: bigint;
  /** acknowledged by the peer. */
  readonly bytesSent: bigint;
  readonly bytesReceived: bigint;
  /** UDP, from a backend that was silent to another. */
  readonly moves: bigint;
}

/** 80 bytes. */
export const Traffic: Codec<Traffic> = {
  size: 80,
  encode: (value, view, at = 0) => {
    view.setBigUint64(at, value.attempts, true);
    view.setBigUint64(at + 8, value.established, true);
    view.setBigUint64(at + 16, value.closed, true);
    view.setBigUint64(at + 24, value.failed, true);
    view.setBigUint64(at + 32, value.bytesSent, true);
    view.setBigUint64(at + 40, value.bytesReceived, true);
    view.setBigUint64(at + 48, value.moves, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 56, 24).fill(0);
  },
  decode: (view, at = 0) => ({
    attempts: view.getBigUint64(at, true),
    established: view.getBigUint64(at + 8, true),
    closed: view.getBigUint64(at + 16, true),
    failed: view.getBigUint64(at + 24, true),
    bytesSent: view.getBigUint64(at + 32, true),
    bytesReceived: view.getBigUint64(at + 40, true),
    moves: view.getBigUint64(at + 48, true),
  }),
};

/** One record of the ring. What does not apply is zero. */
export interface Event {
  /** CLOCK_MONOTONIC, nanoseconds. */
  readonly at: bigint;
  /** cookie; 0: no socket of this node, a packet. */
  readonly socket: bigint;
  readonly source: Address;
  /** as the caller named it: of a service, or of a gateway */
  readonly destination: Address;
  readonly backend: Address;
  /** A plain number here, network order in the kernel. */
  readonly sourcePort: number;
  /** A plain number here, network order in the kernel. */
  readonly destinationPort: number;
  /** A plain number here, network order in the kernel. */
  readonly backendPort: number;
  /** of the backend, index into clusters. */
  readonly cluster: number;
  readonly kind: number;
  readonly refusal: number;
  readonly service: number;
  readonly group: number;
  /** that a packet came in by. */
  readonly device: number;
  /** of a gateway's pod. */
  readonly lane: number;
  readonly proto: number;
  /** counted within the service. */
  readonly tier: number;
  /** smoothed. */
  readonly rttUs: number;
  /** since connect(), as coarse as the tick. */
  readonly lastedNs: bigint;
  readonly bytesSent: bigint;
  readonly bytesReceived: bigint;
  /** of an ejection. */
  readonly termNs: bigint;
  /** failures to connect since the last success, twice. */
  readonly connects: number;
  /** connections reset before their first byte since the last that had one, twice. */
  readonly answers: number;
  /** ejected so often in a row. */
  readonly times: number;
}

/** 152 bytes. */
export const Event: Codec<Event> = {
  size: 152,
  encode: (value, view, at = 0) => {
    view.setBigUint64(at, value.at, true);
    view.setBigUint64(at + 8, value.socket, true);
    putAddress(view, at + 16, value.source);
    putAddress(view, at + 32, value.destination);
    putAddress(view, at + 48, value.backend);
    view.setUint16(at + 64, value.sourcePort, false);
    view.setUint16(at + 66, value.destinationPort, false);
    view.setUint16(at + 68, value.backendPort, false);
    view.setUint16(at + 70, value.cluster, true);
    view.setUint32(at + 72, value.kind, true);
    view.setUint32(at + 76, value.refusal, true);
    view.setUint32(at + 80, value.service, true);
    view.setUint32(at + 84, value.group, true);
    view.setUint32(at + 88, value.device, true);
    view.setUint32(at + 92, value.lane, true);
    view.setUint8(at + 96, value.proto);
    view.setUint8(at + 97, value.tier);
    view.setUint32(at + 100, value.rttUs, true);
    view.setBigUint64(at + 104, value.lastedNs, true);
    view.setBigUint64(at + 112, value.bytesSent, true);
    view.setBigUint64(at + 120, value.bytesReceived, true);
    view.setBigUint64(at + 128, value.termNs, true);
    view.setUint32(at + 136, value.connects, true);
    view.setUint32(at + 140, value.answers, true);
    view.setUint32(at + 144, value.times, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 98, 2).fill(0);
    new Uint8Array(view.buffer, view.byteOffset + at + 148, 4).fill(0);
  },
  decode: (view, at = 0) => ({
    at: view.getBigUint64(at, true),
    socket: view.getBigUint64(at + 8, true),
    source: getAddress(view, at + 16),
    destination: getAddress(view, at + 32),
    backend: getAddress(view, at + 48),
    sourcePort: view.getUint16(at + 64, false),
    destinationPort: view.getUint16(at + 66, false),
    backendPort: view.getUint16(at + 68, false),
    cluster: view.getUint16(at + 70, true),
    kind: view.getUint32(at + 72, true),
    refusal: view.getUint32(at + 76, true),
    service: view.getUint32(at + 80, true),
    group: view.getUint32(at + 84, true),
    device: view.getUint32(at + 88, true),
    lane: view.getUint32(at + 92, true),
    proto: view.getUint8(at + 96),
    tier: view.getUint8(at + 97),
    rttUs: view.getUint32(at + 100, true),
    lastedNs: view.getBigUint64(at + 104, true),
    bytesSent: view.getBigUint64(at + 112, true),
    bytesReceived: view.getBigUint64(at + 120, true),
    termNs: view.getBigUint64(at + 128, true),
    connects: view.getUint32(at + 136, true),
    answers: view.getUint32(at + 140, true),
    times: view.getUint32(at + 144, true),
  }),
};

/** What a socket was given when it was condemned. */
export interface Doom {
  /** index. */
  readonly backend: number;
  readonly generation: number;
}

/** 8 bytes. */
export const Doom: Codec<Doom> = {
  size: 8,
  encode: (value, view, at = 0) => {
    view.setUint32(at, value.backend, true);
    view.setUint32(at + 4, value.generation, true);
  },
  decode: (view, at = 0) => ({
    backend: view.getUint32(at, true),
    generation: view.getUint32(at + 4, true),
  }),
};

/** A socket that holds a connection to the backend it was given. */
export interface GivenSocket {
  /** of the socket, never used twice. */
  readonly cookie: bigint;
  readonly local: Address;
  /** the backend */
  readonly remote: Address;
  /** inode of its network namespace. */
  readonly netns: number;
  /** that it is bound to, by index; 0: to none. */
  readonly device: number;
  readonly service: number;
  readonly group: number;
  /** index. */
  readonly backend: number;
  /** of the backend. */
  readonly generation: number;
  readonly flags: number;
  readonly localPort: number;
  /** A plain number here, network order in the kernel. */
  readonly remotePort: number;
  /** index into clusters. */
  readonly cluster: number;
  /** IPPROTO_TCP, IPPROTO_UDP. */
  readonly protocol: number;
  /** of TCP, 1 for connected UDP. */
  readonly state: number;
}

/** 80 bytes. */
export const GivenSocket: Codec<GivenSocket> = {
  size: 80,
  encode: (value, view, at = 0) => {
    view.setBigUint64(at, value.cookie, true);
    putAddress(view, at + 8, value.local);
    putAddress(view, at + 24, value.remote);
    view.setUint32(at + 40, value.netns, true);
    view.setUint32(at + 44, value.device, true);
    view.setUint32(at + 48, value.service, true);
    view.setUint32(at + 52, value.group, true);
    view.setUint32(at + 56, value.backend, true);
    view.setUint32(at + 60, value.generation, true);
    view.setUint32(at + 64, value.flags, true);
    view.setUint16(at + 68, value.localPort, true);
    view.setUint16(at + 70, value.remotePort, false);
    view.setUint16(at + 72, value.cluster, true);
    view.setUint8(at + 74, value.protocol);
    view.setUint8(at + 75, value.state);
    new Uint8Array(view.buffer, view.byteOffset + at + 76, 4).fill(0);
  },
  decode: (view, at = 0) => ({
    cookie: view.getBigUint64(at, true),
    local: getAddress(view, at + 8),
    remote: getAddress(view, at + 24),
    netns: view.getUint32(at + 40, true),
    device: view.getUint32(at + 44, true),
    service: view.getUint32(at + 48, true),
    group: view.getUint32(at + 52, true),
    backend: view.getUint32(at + 56, true),
    generation: view.getUint32(at + 60, true),
    flags: view.getUint32(at + 64, true),
    localPort: view.getUint16(at + 68, true),
    remotePort: view.getUint16(at + 70, false),
    cluster: view.getUint16(at + 72, true),
    protocol: view.getUint8(at + 74),
    state: view.getUint8(at + 75),
  }),
};

/** Written once, before the programs are attached. */
export interface Gateway {
  /** zero: no gateway of this family here, everything passes */
  readonly ipv4: Address;
  readonly ipv6: Address;
  /** device that lanes come in by. */
  readonly ifindex: number;
  /** enum gateway_flags. */
  readonly flags: number;
}

/** 40 bytes. */
export const Gateway: Codec<Gateway> = {
  size: 40,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.ipv4);
    putAddress(view, at + 16, value.ipv6);
    view.setUint32(at + 32, value.ifindex, true);
    view.setUint32(at + 36, value.flags, true);
  },
  decode: (view, at = 0) => ({
    ipv4: getAddress(view, at),
    ipv6: getAddress(view, at + 16),
    ifindex: view.getUint32(at + 32, true),
    flags: view.getUint32(at + 36, true),
  }),
};

/** struct lane_key */
export interface LaneKey {
  readonly addr: Address;
  /** A plain number here, network order in the kernel. */
  readonly port: number;
  readonly proto: number;
}

/** 20 bytes. */
export const LaneKey: Codec<LaneKey> = {
  size: 20,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.addr);
    view.setUint16(at + 16, value.port, false);
    view.setUint8(at + 18, value.proto);
    new Uint8Array(view.buffer, view.byteOffset + at + 19, 1).fill(0);
  },
  decode: (view, at = 0) => ({
    addr: getAddress(view, at),
    port: view.getUint16(at + 16, false),
    proto: view.getUint8(at + 18),
  }),
};

/** Written while no lane leads to it, and written again only 10 s after the last lane that did: nobody reads half of another pod. Withdrawing one is a store of zero flags. */
export interface LanePod {
  /** of the family of the lane's address */
  readonly addr: Address;
  /** A plain number here, network order in the kernel. */
  readonly port: number;
  /** enum lane_pod_flags; 0: takes no new flow. */
  readonly flags: number;
}

/** 24 bytes. */
export const LanePod: Codec<LanePod> = {
  size: 24,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.addr);
    view.setUint16(at + 16, value.port, false);
    view.setUint16(at + 18, value.flags, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 20, 4).fill(0);
  },
  decode: (view, at = 0) => ({
    addr: getAddress(view, at),
    port: view.getUint16(at + 16, false),
    flags: view.getUint16(at + 18, true),
  }),
};

/** struct snat_key */
export interface SnatKey {
  readonly ifindex: number;
  /** AF_INET, AF_INET6. */
  readonly family: number;
}

/** 8 bytes. */
export const SnatKey: Codec<SnatKey> = {
  size: 8,
  encode: (value, view, at = 0) => {
    view.setUint32(at, value.ifindex, true);
    view.setUint32(at + 4, value.family, true);
  },
  decode: (view, at = 0) => ({
    ifindex: view.getUint32(at, true),
    family: view.getUint32(at + 4, true),
  }),
};

/** The source address of a family that pods behind a device see; without one, the gateway's. */
export interface SnatSource {
  readonly addr: Address;
}

/** 16 bytes. */
export const SnatSource: Codec<SnatSource> = {
  size: 16,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.addr);
  },
  decode: (view, at = 0) => ({
    addr: getAddress(view, at),
  }),
};

/** Addresses and ports of a packet as it is seen. Layout frozen: keys of pinned tables. */
export interface FlowKey {
  readonly src: Address;
  readonly dst: Address;
  /** A plain number here, network order in the kernel. */
  readonly sport: number;
  /** A plain number here, network order in the kernel. */
  readonly dport: number;
  readonly proto: number;
}

/** 16 bytes. */
export const FlowKey: Codec<FlowKey> = {
  size: 16,
  encode: (value, view, at = 0) => {
    putIpv4(view, at, value.src);
    putIpv4(view, at + 4, value.dst);
    view.setUint16(at + 8, value.sport, false);
    view.setUint16(at + 10, value.dport, false);
    view.setUint8(at + 12, value.proto);
    new Uint8Array(view.buffer, view.byteOffset + at + 13, 3).fill(0);
  },
  decode: (view, at = 0) => ({
    src: getIpv4(view, at),
    dst: getIpv4(view, at + 4),
    sport: view.getUint16(at + 8, false),
    dport: view.getUint16(at + 10, false),
    proto: view.getUint8(at + 12),
  }),
};

/** One direction. Layout frozen. */
export interface Flow {
  /** what packets become */
  readonly to: FlowKey;
  /** of this direction's last packet, CLOCK_MONOTONIC; up to a second late. */
  readonly seen: bigint;
  readonly begun: bigint;
  readonly lane: number;
  readonly slot: number;
  /** towards the caller: of the pod's SYN-ACK. */
  readonly sequence: number;
  /** enum flow_flags. */
  readonly flags: number;
  readonly spareWord: bigint;
}

/** 64 bytes. */
export const Flow: Codec<Flow> = {
  size: 64,
  encode: (value, view, at = 0) => {
    FlowKey.encode(value.to, view, at);
    view.setBigUint64(at + 16, value.seen, true);
    view.setBigUint64(at + 24, value.begun, true);
    view.setUint32(at + 32, value.lane, true);
    view.setUint32(at + 36, value.slot, true);
    view.setUint32(at + 40, value.sequence, true);
    view.setUint8(at + 44, value.flags);
    view.setBigUint64(at + 56, value.spareWord, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 45, 11).fill(0);
  },
  decode: (view, at = 0) => ({
    to: FlowKey.decode(view, at),
    seen: view.getBigUint64(at + 16, true),
    begun: view.getBigUint64(at + 24, true),
    lane: view.getUint32(at + 32, true),
    slot: view.getUint32(at + 36, true),
    sequence: view.getUint32(at + 40, true),
    flags: view.getUint8(at + 44),
    spareWord: view.getBigUint64(at + 56, true),
  }),
};

/** struct work */
export interface Work {
  /** 128 bytes. */
  readonly bytes: Uint8Array;
}

/** 128 bytes. */
export const Work: Codec<Work> = {
  size: 128,
  encode: (value, view, at = 0) => {
    new Uint8Array(view.buffer, view.byteOffset + at, 128).set(value.bytes);
  },
  decode: (view, at = 0) => ({
    bytes: new Uint8Array(view.buffer, view.byteOffset + at, 128).slice(),
  }),
};

/** struct flow6_key */
export interface Flow6Key {
  readonly src: Address;
  readonly dst: Address;
  /** A plain number here, network order in the kernel. */
  readonly sport: number;
  /** A plain number here, network order in the kernel. */
  readonly dport: number;
  readonly proto: number;
}

/** 40 bytes. */
export const Flow6Key: Codec<Flow6Key> = {
  size: 40,
  encode: (value, view, at = 0) => {
    putAddress(view, at, value.src);
    putAddress(view, at + 16, value.dst);
    view.setUint16(at + 32, value.sport, false);
    view.setUint16(at + 34, value.dport, false);
    view.setUint8(at + 36, value.proto);
    new Uint8Array(view.buffer, view.byteOffset + at + 37, 3).fill(0);
  },
  decode: (view, at = 0) => ({
    src: getAddress(view, at),
    dst: getAddress(view, at + 16),
    sport: view.getUint16(at + 32, false),
    dport: view.getUint16(at + 34, false),
    proto: view.getUint8(at + 36),
  }),
};

/** struct flow6 */
export interface Flow6 {
  readonly to: Flow6Key;
  readonly seen: bigint;
  readonly begun: bigint;
  readonly lane: number;
  readonly slot: number;
  readonly sequence: number;
  readonly flags: number;
  readonly spareWord: bigint;
}

/** 88 bytes. */
export const Flow6: Codec<Flow6> = {
  size: 88,
  encode: (value, view, at = 0) => {
    Flow6Key.encode(value.to, view, at);
    view.setBigUint64(at + 40, value.seen, true);
    view.setBigUint64(at + 48, value.begun, true);
    view.setUint32(at + 56, value.lane, true);
    view.setUint32(at + 60, value.slot, true);
    view.setUint32(at + 64, value.sequence, true);
    view.setUint8(at + 68, value.flags);
    view.setBigUint64(at + 80, value.spareWord, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 69, 11).fill(0);
  },
  decode: (view, at = 0) => ({
    to: Flow6Key.decode(view, at),
    seen: view.getBigUint64(at + 40, true),
    begun: view.getBigUint64(at + 48, true),
    lane: view.getUint32(at + 56, true),
    slot: view.getUint32(at + 60, true),
    sequence: view.getUint32(at + 64, true),
    flags: view.getUint8(at + 68),
    spareWord: view.getBigUint64(at + 80, true),
  }),
};

/** struct echoes */
export interface Echoes {
  readonly second: bigint;
  readonly count: bigint;
}

/** 16 bytes. */
export const Echoes: Codec<Echoes> = {
  size: 16,
  encode: (value, view, at = 0) => {
    view.setBigUint64(at, value.second, true);
    view.setBigUint64(at + 8, value.count, true);
  },
  decode: (view, at = 0) => ({
    second: view.getBigUint64(at, true),
    count: view.getBigUint64(at + 8, true),
  }),
};

/** Frozen layout; new fields take from spare. */
export interface ConnectTimes {
  readonly sumUs: bigint;
  /** 14 of them. */
  readonly buckets: readonly bigint[];
}

/** 144 bytes. */
export const ConnectTimes: Codec<ConnectTimes> = {
  size: 144,
  encode: (value, view, at = 0) => {
    view.setBigUint64(at, value.sumUs, true);
    for (const [i, one] of value.buckets.entries()) view.setBigUint64(at + 8 + i * 8, one, true);
    new Uint8Array(view.buffer, view.byteOffset + at + 120, 24).fill(0);
  },
  decode: (view, at = 0) => ({
    sumUs: view.getBigUint64(at, true),
    buckets: Array.from({ length: 14 }, (_, i) => view.getBigUint64(at + 8 + i * 8, true)),
  }),
};
