/** What happens in the kernel when a program of a section runs. */
const EVENTS: Readonly<Record<string, string>> = {
  connect: 'a socket calls connect()',
  sendmsg: 'an unconnected UDP socket sends',
  recvmsg: 'an unconnected UDP socket has received',
  getpeername: 'a socket asks for its peer, getpeername()',
  sock_release: 'a socket is closed for good',
  sockops: 'TCP begins to connect, is connected, changes its state',
  'iter/bpf_sk_storage_map': 'the agent looks over the sockets that have something of ours',
  'iter/tcp': 'the agent looks over the TCP sockets of a network namespace',
  'iter/udp': 'the agent looks over the UDP sockets of a network namespace',
  tc: 'a packet comes in by a device',
};

/** @param section as in SEC(): `cgroup/connect4`, `tc` */
export function eventOf(section: string): string {
  const [, name = '', family = ''] = /^(?:cgroup\/)?([a-z_]+)([46]?)$/.exec(section) ?? [];
  const event = EVENTS[section] ?? EVENTS[name];
  if (event === undefined) return section;
  return family === '' ? event : `${event} (IPv${family})`;
}
