// Written by tools/generate-kernel.ts from the type information of dist/bpf/*.o: do not edit.

/** The object files, by name without `.bpf.o`. Attach types are those of enum bpf_attach_type. */
export const objects = {
  connect4: {
    file: 'connect4.bpf.o',
    about: 'A socket of a pod connects, over IPv4. If it connects to the address of a service, it is given a backend; after this the kernel carries its packets as if the application had named that backend itself.',
    programs: {
      connect4: { section: 'cgroup/connect4', attachType: 10 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'ejections', 'event_counts', 'events', 'groups', 'health', 'limits', 'refusals', 'services', 'shares', 'sockets', 'successes', 'tiers', 'traffic', 'vips', 'watches'],
  },
  connect6: {
    file: 'connect6.bpf.o',
    about: 'A socket of a pod connects, over IPv6. If it connects to the address of a service, it is given a backend; after this the kernel carries its packets as if the application had named that backend itself.',
    programs: {
      connect6: { section: 'cgroup/connect6', attachType: 11 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'ejections', 'event_counts', 'events', 'groups', 'health', 'limits', 'refusals', 'services', 'shares', 'sockets', 'successes', 'tiers', 'traffic', 'vips', 'watches'],
  },
  'end-given': {
    file: 'end-given.bpf.o',
    about: 'The agent ends sockets that it has found by list_given and written into `doomed`: their callers get ECONNABORTED. Walks the sockets of one network namespace, that of the agent\'s thread; says the cookie of each that was ended. From Linux 6.5.',
    programs: {
      end_tcp: { section: 'iter/tcp', attachType: 28 },
      end_udp: { section: 'iter/udp', attachType: 28 },
    },
    constants: { refusals_end: 4, given_socket_kept: 8 },
    tables: ['affinities', 'alive', 'backends', 'clusters', 'datagrams', 'doomed', 'groups', 'limits', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  'gateway-back': {
    file: 'gateway-back.bpf.o',
    about: 'A pod answers a caller of another cluster, over IPv4: what it sends to the translated source goes back out by the lanes\' device, as if the gateway\'s lane port had answered. Sits on every device that pods may answer by; everything else passes.',
    programs: {
      gateway_back: { section: 'tc', attachType: 0 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, lane_port_first: 2, lane_port_last: 2, snat_port_first: 2, snat_port_last: 2, nat_capacity: 4, tcp_idle_ns: 8, tcp_half_closed_ns: 8, tcp_closed_ns: 8, half_open_ns: 8, udp_idle_ns: 8 },
    tables: ['concern', 'event_counts', 'events', 'gateway', 'health', 'lane_flags', 'lane_flows', 'lane_mss', 'lane_pods', 'lane_ports', 'lanes', 'nat_flows', 'nat_half_open', 'nat_hand', 'nat_slots', 'refusals', 'snat_addrs', 'watches'],
  },
  'gateway-back6': {
    file: 'gateway-back6.bpf.o',
    about: 'A pod answers a caller of another cluster, over IPv6: what it sends to the translated source goes back out by the lanes\' device, as if the gateway\'s lane port had answered. Sits on every device that pods may answer by; everything else passes.',
    programs: {
      gateway_back6: { section: 'tc', attachType: 0 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, ipv6_sum: 8, lane_port_first: 2, lane_port_last: 2, snat_port_first: 2, snat_port_last: 2, nat_capacity: 4, tcp_idle_ns: 8, tcp_half_closed_ns: 8, tcp_closed_ns: 8, half_open_ns: 8, udp_idle_ns: 8 },
    tables: ['concern', 'event_counts', 'events', 'gateway', 'health', 'lane_flags', 'lane_flows', 'lane_mss', 'lane_pods', 'lane_ports', 'lanes', 'nat6_flows', 'nat6_half_open', 'nat6_hand', 'nat6_slots', 'refusals', 'snat_addrs', 'watches', 'work6'],
  },
  'gateway-echo': {
    file: 'gateway-echo.bpf.o',
    about: 'A probe of another cluster\'s gateway comes in by the lanes\' device, over IPv4: it is sent back as an answer. Everything else passes untouched.',
    programs: {
      gateway_echo: { section: 'tc', attachType: 0 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, probe_kinds_end: 4, probe_port: 2, echoes_a_second: 4 },
    tables: ['echoes', 'event_counts', 'events', 'gateway', 'refusals', 'watches'],
  },
  'gateway-echo6': {
    file: 'gateway-echo6.bpf.o',
    about: 'A probe of another cluster\'s gateway comes in by the lanes\' device, over IPv6: it is sent back as an answer. Everything else passes untouched.',
    programs: {
      gateway_echo6: { section: 'tc', attachType: 0 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, ipv6_sum: 8, probe_kinds_end: 4, probe_port: 2, echoes_a_second: 4 },
    tables: ['echoes', 'event_counts', 'events', 'gateway', 'refusals', 'watches', 'work6'],
  },
  'gateway-in': {
    file: 'gateway-in.bpf.o',
    about: 'A packet of another cluster comes in by the lanes\' device, over IPv4, to a lane port of this gateway: it is given to a ready pod of this cluster, under a source address that the pod answers to. Everything else passes untouched.',
    programs: {
      gateway_in: { section: 'tc', attachType: 0 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, lane_port_first: 2, lane_port_last: 2, snat_port_first: 2, snat_port_last: 2, nat_capacity: 4, tcp_idle_ns: 8, tcp_half_closed_ns: 8, tcp_closed_ns: 8, half_open_ns: 8, udp_idle_ns: 8 },
    tables: ['concern', 'event_counts', 'events', 'gateway', 'health', 'lane_flags', 'lane_flows', 'lane_mss', 'lane_pods', 'lane_ports', 'lanes', 'nat_flows', 'nat_half_open', 'nat_hand', 'nat_slots', 'refusals', 'snat_addrs', 'watches'],
  },
  'gateway-in6': {
    file: 'gateway-in6.bpf.o',
    about: 'A packet of another cluster comes in by the lanes\' device, over IPv6, to a lane port of this gateway: it is given to a ready pod of this cluster, under a source address that the pod answers to. Everything else passes untouched.',
    programs: {
      gateway_in6: { section: 'tc', attachType: 0 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, ipv6_sum: 8, lane_port_first: 2, lane_port_last: 2, snat_port_first: 2, snat_port_last: 2, nat_capacity: 4, tcp_idle_ns: 8, tcp_half_closed_ns: 8, tcp_closed_ns: 8, half_open_ns: 8, udp_idle_ns: 8 },
    tables: ['concern', 'event_counts', 'events', 'gateway', 'health', 'lane_flags', 'lane_flows', 'lane_mss', 'lane_pods', 'lane_ports', 'lanes', 'nat6_flows', 'nat6_half_open', 'nat6_hand', 'nat6_slots', 'refusals', 'snat_addrs', 'watches', 'work6'],
  },
  getpeername4: {
    file: 'getpeername4.bpf.o',
    about: 'A pod asks whom its socket is connected to, over IPv4: the VIP it named.',
    programs: {
      getpeername4: { section: 'cgroup/getpeername4', attachType: 29 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'event_counts', 'events', 'groups', 'health', 'limits', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips', 'watches'],
  },
  getpeername6: {
    file: 'getpeername6.bpf.o',
    about: 'A pod asks whom its socket is connected to, over IPv6: the VIP it named.',
    programs: {
      getpeername6: { section: 'cgroup/getpeername6', attachType: 30 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'event_counts', 'events', 'groups', 'health', 'limits', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips', 'watches'],
  },
  'list-given': {
    file: 'list-given.bpf.o',
    about: 'The agent asks which sockets hold a connection to the backend they were given, in all network namespaces: all of them, or those that wait for it in vain while others could serve, or those of UDP. Each is a record of fixed size (struct given_socket).',
    programs: {
      list_given: { section: 'iter/bpf_sk_storage_map', attachType: 28 },
      list_in_vain: { section: 'iter/bpf_sk_storage_map', attachType: 28 },
      list_udp: { section: 'iter/bpf_sk_storage_map', attachType: 28 },
    },
    constants: { tick_us: 4, refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, given_socket_kept: 8 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'distances', 'ejections', 'event_counts', 'events', 'groups', 'health', 'limits', 'reached', 'refusals', 'services', 'shares', 'sockets', 'successes', 'tiers', 'traffic', 'vips', 'watches'],
  },
  recvmsg4: {
    file: 'recvmsg4.bpf.o',
    about: 'A UDP socket of a pod received, over IPv4: the sender it sees is the VIP it had sent to.',
    programs: {
      recvmsg4: { section: 'cgroup/recvmsg4', attachType: 19 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'event_counts', 'events', 'groups', 'health', 'heard_at', 'limits', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips', 'watches'],
  },
  recvmsg6: {
    file: 'recvmsg6.bpf.o',
    about: 'A UDP socket of a pod received, over IPv6: the sender it sees is the VIP it had sent to.',
    programs: {
      recvmsg6: { section: 'cgroup/recvmsg6', attachType: 20 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'event_counts', 'events', 'groups', 'health', 'heard_at', 'limits', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips', 'watches'],
  },
  sendmsg4: {
    file: 'sendmsg4.bpf.o',
    about: 'An unconnected UDP socket of a pod sends, over IPv4. It keeps the backend it was given for a VIP as long as that backend is of its service and eligible; both are checked on every send.',
    programs: {
      sendmsg4: { section: 'cgroup/sendmsg4', attachType: 14 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'event_counts', 'events', 'groups', 'health', 'heard_at', 'limits', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips', 'watches'],
  },
  sendmsg6: {
    file: 'sendmsg6.bpf.o',
    about: 'An unconnected UDP socket of a pod sends, over IPv6. It keeps the backend it was given for a VIP as long as that backend is of its service and eligible; both are checked on every send.',
    programs: {
      sendmsg6: { section: 'cgroup/sendmsg6', attachType: 15 },
    },
    constants: { refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'event_counts', 'events', 'groups', 'health', 'heard_at', 'limits', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips', 'watches'],
  },
  sock_release: {
    file: 'sock_release.bpf.o',
    about: 'A socket of a pod goes. If connect() gave it a backend and the connection never came to be (refused, no route, no neighbour, given up), this is where that is counted, and the backend blamed: some of it no other hook sees. Nor does any see the end of connected UDP.',
    programs: {
      sock_release: { section: 'cgroup/sock_release', attachType: 34 },
    },
    constants: { tick_us: 4, refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'distances', 'ejections', 'event_counts', 'events', 'groups', 'health', 'limits', 'reached', 'refusals', 'services', 'shares', 'sockets', 'successes', 'tiers', 'traffic', 'vips', 'watches'],
  },
  sockops: {
    file: 'sockops.bpf.o',
    about: 'What becomes of a connection that was given a backend: established, unanswered, refused, ended. Runs a few times in the life of a connection and never for a packet or a request. A backend that fails too often in a row is ejected here, and who waits for one in vain gets an error while there is somebody else to try.',
    programs: {
      sock_ops: { section: 'sockops', attachType: 3 },
    },
    constants: { tick_us: 4, refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'connect_times', 'datagrams', 'distances', 'ejections', 'event_counts', 'events', 'groups', 'health', 'limits', 'reached', 'refusals', 'services', 'shares', 'sockets', 'successes', 'tiers', 'traffic', 'vips', 'watches'],
  },
  'walk-given': {
    file: 'walk-given.bpf.o',
    about: 'As list-given, for kernels that let nobody walk over a map: walks all sockets of one network namespace, that of the agent\'s thread.',
    programs: {
      walk_tcp: { section: 'iter/tcp', attachType: 28 },
      walk_tcp_in_vain: { section: 'iter/tcp', attachType: 28 },
      walk_udp: { section: 'iter/udp', attachType: 28 },
      walk_udp_in_vain: { section: 'iter/udp', attachType: 28 },
    },
    constants: { tick_us: 4, refusals_end: 4, event_kept: 8, topics_end: 4, event_counts_end: 4, given_socket_kept: 8 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'concern', 'datagrams', 'distances', 'ejections', 'event_counts', 'events', 'groups', 'health', 'limits', 'reached', 'refusals', 'services', 'shares', 'sockets', 'successes', 'tiers', 'traffic', 'vips', 'watches'],
  },
} as const;
