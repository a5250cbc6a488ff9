/** The sockets that probes leave by: one an address of this gateway, on the probe port, so that a firewall has one port to let through. */
import { createSocket, type Socket } from 'node:dgram';
import {
  type Clock,
  every,
  type Family,
  familyOf,
  formatEndpoint,
  ip,
  type Log,
  messageOf,
  SealaneError,
} from '#kit/index.ts';
import type { ProbeTarget } from './model.ts';

export interface ProbeSocketsOptions {
  readonly listen: readonly { readonly address: string; readonly port: number }[];
  readonly onMessage: (bytes: Buffer, from: { readonly address: string; readonly port: number }) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const AGAIN_MS = 2000;

export class ProbeSockets {
  readonly #options: ProbeSocketsOptions;
  readonly #open = new Map<Family, Socket>();
  readonly #problems = new Map<string, string>();
  readonly #stop: () => void;

  constructor(options: ProbeSocketsOptions) {
    this.#options = options;
    this.#openAll();
    this.#stop = every(options.clock, AGAIN_MS, () => this.#openAll());
  }

  /** Why an address cannot be probed from; tried again. */
  get problem(): string | undefined {
    return [...this.#problems.values()][0];
  }

  /** What is not sent is not answered: that is all that comes of it. */
  send(bytes: Buffer, { address, port }: ProbeTarget): void {
    this.#open.get(familyOf(ip(address)))?.send(bytes, port, address, () => undefined);
  }

  close(): void {
    this.#stop();
    for (const socket of this.#open.values()) socket.close();
  }

  #openAll(): void {
    for (const one of this.#options.listen) if (!this.#open.has(familyOf(ip(one.address)))) this.#openOne(one);
  }

  #openOne({ address, port }: { readonly address: string; readonly port: number }): void {
    const family = familyOf(ip(address));
    const at = formatEndpoint(address, port);
    const socket = createSocket({ type: family === 'IPv4' ? 'udp4' : 'udp6', ipv6Only: family === 'IPv6' });
    socket.on('message', this.#options.onMessage);
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      socket.close();
      this.#open.delete(family);
      this.#note(at, bindFault(at, port, cause));
    });
    this.#open.set(family, socket);
    socket.bind({ address, port, exclusive: true }, () => this.#problems.delete(at));
  }

  #note(at: string, fault: SealaneError): void {
    const problem = messageOf(fault);
    if (this.#problems.get(at) !== problem)
      this.#options.log.error({ err: fault }, 'peers are not probed, tried again');
    this.#problems.set(at, problem);
  }
}

function bindFault(at: string, port: number, cause: NodeJS.ErrnoException): SealaneError {
  if (cause.code === 'EADDRINUSE')
    return new SealaneError('agent/probe-port-taken', `probe from ${at}/udp: another process has the port`, {
      cause,
      hint: `ss -ulpn 'sport = :${port}' tells which; --probe-port takes another, in every gateway of this member`,
    });
  return new SealaneError('agent/probe-socket', `probe from ${at}/udp`, { cause });
}
