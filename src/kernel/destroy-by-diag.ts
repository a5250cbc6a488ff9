/**
 * Ends sockets through NETLINK_SOCK_DIAG, for kernels whose programs cannot (before 6.5). Wants CONFIG_INET_DIAG_DESTROY.
 * Layouts: include/uapi/linux/{netlink,inet_diag}.h.
 */
import { readSync, writeSync } from 'node:fs';
import type { Address } from '#kit/index.ts';
import { putAddress, putIpv4 } from './address-codec.ts';
import { Errno } from './errno.ts';
import { checked } from './faults.ts';
import type { GivenSocket } from './generated/structs.ts';
import { netlinkSocket } from './native.ts';

const NETLINK_SOCK_DIAG = 4;
const SOCK_DESTROY = 21;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLMSG_ERROR = 2;
const AF_INET = 2;
const AF_INET6 = 10;
const REQUEST_BYTES = 72;
const ANSWER_BYTES = 256;
const EVERY_STATE = 0xffff_ffff;
const IPV4_MAPPED = 0xffffn;

/** @returns a descriptor for sockets of the network namespace that this thread is in; to be closed */
export function openDiag(): number {
  return checked(
    netlinkSocket(NETLINK_SOCK_DIAG),
    'kernel/end-sockets',
    'open a socket to the kernel’s socket diagnosis',
  );
}

/** What became of it, and if it is there still the kernel's answer. */
export type Fate = 'ended' | 'gone' | number;

/** The kernel compares addresses, ports and cookie: another socket at the same ports is not touched. */
export function destroyByDiag(fd: number, socket: GivenSocket): Fate {
  writeSync(fd, requestFor(socket));
  const answer = Buffer.alloc(ANSWER_BYTES);
  const read = readSync(fd, answer);
  if (read < 20 || answer.readUInt16LE(4) !== NLMSG_ERROR) return -Errno.EINVAL;
  const errno = answer.readInt32LE(16);
  if (errno === 0) return 'ended';
  return errno === -Errno.ENOENT || errno === -Errno.ESTALE ? 'gone' : errno;
}

/** struct nlmsghdr, struct inet_diag_req_v2 */
function requestFor({ protocol, local, localPort, remote, remotePort, device, cookie }: GivenSocket): Buffer {
  const request = Buffer.alloc(REQUEST_BYTES);
  const view = new DataView(request.buffer, request.byteOffset, request.length);
  const isIpv4 = remote >> 32n === IPV4_MAPPED;
  const put = isIpv4 ? putIpv4 : (to: DataView, at: number, address: Address) => putAddress(to, at, address);
  view.setUint32(0, REQUEST_BYTES, true);
  view.setUint16(4, SOCK_DESTROY, true);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_ACK, true);
  view.setUint8(16, isIpv4 ? AF_INET : AF_INET6);
  view.setUint8(17, protocol);
  view.setUint32(20, EVERY_STATE, true);
  view.setUint16(24, localPort);
  view.setUint16(26, remotePort);
  put(view, 28, local);
  put(view, 44, remote);
  view.setUint32(60, device, true);
  view.setBigUint64(64, cookie, true);
  return request;
}
