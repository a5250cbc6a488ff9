// Written by tools/generate-kernel.ts from the type information of dist/bpf/*.o: do not edit.

/** The object files, by name without `.bpf.o`. Attach types are those of enum bpf_attach_type. */
export const objects = {
  connect4: {
    file: 'connect4.bpf.o',
    programs: {
      connect4: { section: 'cgroup/connect4', attachType: 10 },
    },
    constants: { refusals_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  connect6: {
    file: 'connect6.bpf.o',
    programs: {
      connect6: { section: 'cgroup/connect6', attachType: 11 },
    },
    constants: { refusals_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  'gateway-back': {
    file: 'gateway-back.bpf.o',
    programs: {
      gateway_back: { section: 'tc', attachType: 0 },
    },
    constants: { lane_port_first: 2, lane_port_last: 2, refusals_end: 4, snat_port_first: 2, snat_port_last: 2, nat_capacity: 4, tcp_idle_ns: 8, tcp_half_closed_ns: 8, tcp_closed_ns: 8, half_open_ns: 8, udp_idle_ns: 8 },
    tables: ['gateway', 'lane_flags', 'lane_flows', 'lane_mss', 'lane_pods', 'lane_ports', 'lanes', 'nat_flows', 'nat_half_open', 'nat_hand', 'nat_slots', 'refusals', 'snat_addrs'],
  },
  'gateway-back6': {
    file: 'gateway-back6.bpf.o',
    programs: {
      gateway_back6: { section: 'tc', attachType: 0 },
    },
    constants: { ipv6_sum: 8, lane_port_first: 2, lane_port_last: 2, refusals_end: 4, snat_port_first: 2, snat_port_last: 2, nat_capacity: 4, tcp_idle_ns: 8, tcp_half_closed_ns: 8, tcp_closed_ns: 8, half_open_ns: 8, udp_idle_ns: 8 },
    tables: ['gateway', 'lane_flags', 'lane_flows', 'lane_mss', 'lane_pods', 'lane_ports', 'lanes', 'nat6_flows', 'nat6_half_open', 'nat6_hand', 'nat6_slots', 'refusals', 'snat_addrs', 'work6'],
  },
  'gateway-in': {
    file: 'gateway-in.bpf.o',
    programs: {
      gateway_in: { section: 'tc', attachType: 0 },
    },
    constants: { lane_port_first: 2, lane_port_last: 2, refusals_end: 4, snat_port_first: 2, snat_port_last: 2, nat_capacity: 4, tcp_idle_ns: 8, tcp_half_closed_ns: 8, tcp_closed_ns: 8, half_open_ns: 8, udp_idle_ns: 8 },
    tables: ['gateway', 'lane_flags', 'lane_flows', 'lane_mss', 'lane_pods', 'lane_ports', 'lanes', 'nat_flows', 'nat_half_open', 'nat_hand', 'nat_slots', 'refusals', 'snat_addrs'],
  },
  'gateway-in6': {
    file: 'gateway-in6.bpf.o',
    programs: {
      gateway_in6: { section: 'tc', attachType: 0 },
    },
    constants: { ipv6_sum: 8, lane_port_first: 2, lane_port_last: 2, refusals_end: 4, snat_port_first: 2, snat_port_last: 2, nat_capacity: 4, tcp_idle_ns: 8, tcp_half_closed_ns: 8, tcp_closed_ns: 8, half_open_ns: 8, udp_idle_ns: 8 },
    tables: ['gateway', 'lane_flags', 'lane_flows', 'lane_mss', 'lane_pods', 'lane_ports', 'lanes', 'nat6_flows', 'nat6_half_open', 'nat6_hand', 'nat6_slots', 'refusals', 'snat_addrs', 'work6'],
  },
  getpeername4: {
    file: 'getpeername4.bpf.o',
    programs: {
      getpeername4: { section: 'cgroup/getpeername4', attachType: 29 },
    },
    constants: { refusals_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  getpeername6: {
    file: 'getpeername6.bpf.o',
    programs: {
      getpeername6: { section: 'cgroup/getpeername6', attachType: 30 },
    },
    constants: { refusals_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  recvmsg4: {
    file: 'recvmsg4.bpf.o',
    programs: {
      recvmsg4: { section: 'cgroup/recvmsg4', attachType: 19 },
    },
    constants: { refusals_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  recvmsg6: {
    file: 'recvmsg6.bpf.o',
    programs: {
      recvmsg6: { section: 'cgroup/recvmsg6', attachType: 20 },
    },
    constants: { refusals_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  sendmsg4: {
    file: 'sendmsg4.bpf.o',
    programs: {
      sendmsg4: { section: 'cgroup/sendmsg4', attachType: 14 },
    },
    constants: { refusals_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  sendmsg6: {
    file: 'sendmsg6.bpf.o',
    programs: {
      sendmsg6: { section: 'cgroup/sendmsg6', attachType: 15 },
    },
    constants: { refusals_end: 4, vip_range_base: 32, vip_range_mask: 32 },
    tables: ['affinities', 'alive', 'backends', 'clients', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  sock_release: {
    file: 'sock_release.bpf.o',
    programs: {
      sock_release: { section: 'cgroup/sock_release', attachType: 34 },
    },
    constants: { refusals_end: 4 },
    tables: ['affinities', 'alive', 'backends', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
  sockops: {
    file: 'sockops.bpf.o',
    programs: {
      sock_ops: { section: 'sockops', attachType: 3 },
    },
    constants: { refusals_end: 4 },
    tables: ['affinities', 'alive', 'backends', 'clusters', 'datagrams', 'groups', 'refusals', 'services', 'shares', 'sockets', 'tiers', 'traffic', 'vips'],
  },
} as const;
