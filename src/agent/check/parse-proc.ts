/** What files below /proc say. */
import type { PortRange } from '#explain/index.ts';

const TCP_LISTEN = '0A';
const ANY_PEER = /^0+:0+$/;

/**
 * Local ports of listening TCP sockets, and of UDP sockets without a peer.
 *
 * @param text of /proc/net/tcp, udp, tcp6, udp6
 * @param except inodes of sockets that are left out
 */
export function portsIn(text: string, protocol: 'tcp' | 'udp', except: ReadonlySet<string> = new Set()): number[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
    const port = Number.parseInt(/:([0-9A-F]{4})$/.exec(local)?.[1] ?? '', 16);
    const open = protocol === 'tcp' ? state === TCP_LISTEN : ANY_PEER.test(remote);
    return open && port > 0 && !except.has(inode) ? [port] : [];
  });
}

/** `32768\t60999` */
export function portRangeIn(text: string): PortRange {
  const [, first = 0, last = 0] = (/^(\d{1,5})\s+(\d{1,5})$/.exec(text.trim()) ?? []).map(Number);
  return { first, last };
}

const NEEDED = { CAP_NET_ADMIN: 12, CAP_PERFMON: 38, CAP_BPF: 39 } as const;
/** Was asked for in place of the last two before Linux 5.8, and still does. */
const CAP_SYS_ADMIN = 21;

/** Names of capabilities that are needed and not there. @param status of /proc/self/status */
export function lackingIn(status: string): string[] {
  const effective = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const has = (bit: number) => ((effective >> BigInt(bit)) & 1n) === 1n;
  return Object.entries(NEEDED).flatMap(([name, bit]) => {
    const isImplied = name !== 'CAP_NET_ADMIN' && has(CAP_SYS_ADMIN);
    return has(bit) || isImplied ? [] : [name];
  });
}
