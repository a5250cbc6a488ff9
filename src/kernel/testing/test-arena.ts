/** A scratch cgroup, network namespace and pin directory for tests of the hooks, with processes in them; gone at the end. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mountBpfFilesystem } from '../bpf-filesystem.ts';
import type { Answer, Endpoint, Slot, Wish } from './requests.ts';

const POD = fileURLToPath(new URL('pod.ts', import.meta.url));
export const OBJECTS = fileURLToPath(new URL('../../../dist/bpf', import.meta.url));

/** Addresses of servers; of IPv4, all of 127.0.0.0/8 are there already. */
export const SIX = ['fd00:7f::11', 'fd00:7f::12', 'fd00:7f::13'] as const;

let made = 0;

export class Arena {
  readonly name = `slt-${process.pid}-a${made++}`;
  readonly cgroup = `${cgroupRoot()}/${this.name}`;
  readonly netns = `/run/netns/${this.name}`;
  readonly pinDir = `/sys/fs/bpf/${this.name}`;
  readonly #pods: Pod[] = [];

  constructor() {
    mountBpfFilesystem();
    mkdirSync(this.cgroup);
    execFileSync('ip', ['netns', 'add', this.name]);
    execFileSync('ip', ['-n', this.name, 'link', 'set', 'lo', 'up']);
    for (const address of SIX)
      execFileSync('ip', ['-n', this.name, 'address', 'add', `${address}/128`, 'dev', 'lo', 'nodad']);
  }

  /** A process whose sockets pass the hooks, in the namespace or in that of another arena. */
  caller(netns = this.netns): Promise<Pod> {
    return this.#start(`echo $$ > ${this.cgroup}/cgroup.procs; `, netns);
  }

  /** A process in the namespace whose sockets do not. */
  servers(): Promise<Pod> {
    return this.#start('');
  }

  async #start(before: string, netns = this.netns): Promise<Pod> {
    const script = `${before}exec nsenter --net=${netns} ${process.execPath} ${POD}`;
    const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const pod = new Pod(child);
    this.#pods.push(pod);
    await pod.ready;
    return pod;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#pods.map((pod) => pod.kill()));
    rmSync(this.pinDir, { recursive: true, force: true });
    execFileSync('ip', ['netns', 'delete', this.name]);
    rmdirSync(this.cgroup);
  }
}

export class Pod {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #ticket = 0;

  constructor(child: ChildProcess) {
    this.child = child;
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
    this.ready = new Promise((resolve) => this.#waiting.set(0, resolve));
    child.on('message', (answer: Answer) => this.#waiting.get(answer.ticket)?.(answer));
  }

  serveTcp(address: string, port = 80, alive?: Slot): Promise<unknown> {
    return this.#ask({ do: 'serve-tcp', at: { address, port }, alive });
  }

  serveUdp(address: string, port = 53, alive?: Slot): Promise<unknown> {
    return this.#ask({ do: 'serve-udp', at: { address, port }, alive });
  }

  /** Takes connections and resets each at its first byte. */
  serveResets(address: string, port = 80): Promise<unknown> {
    return this.#ask({ do: 'serve-resets', at: { address, port } });
  }

  /** Listens no more. */
  stop(address: string, port = 80): Promise<unknown> {
    return this.#ask({ do: 'stop', at: { address, port } });
  }

  /** A connection that is given up. @returns whether it was not established by then */
  abandon(to: Endpoint, afterMs: number): Promise<boolean> {
    return this.#ask({ do: 'abandon', to, afterMs }) as Promise<boolean>;
  }

  /** New connections, each asking who answers. @returns addresses, or names of errnos */
  calls(to: Endpoint, count: number): Promise<string[]> {
    return this.#ask({ do: 'calls', to, count }) as Promise<string[]>;
  }

  open(to: Endpoint, localPort?: number): Promise<{ id: number; peer: string; localPort: number }> {
    return this.#ask({ do: 'open', to, localPort }) as Promise<{ id: number; peer: string; localPort: number }>;
  }

  /** Waits until a socket, of TCP or UDP, ends by itself. @returns the name of the errno, or `closed` */
  endOf(id: number): Promise<string> {
    return this.#ask({ do: 'end-of', id }) as Promise<string>;
  }

  udpDisconnect(id: number): Promise<unknown> {
    return this.#ask({ do: 'udp-disconnect', id });
  }

  requests(id: number, count: number): Promise<unknown> {
    return this.#ask({ do: 'requests', id, count });
  }

  close(id: number): Promise<unknown> {
    return this.#ask({ do: 'close', id });
  }

  /** @param family of a socket that is not connected */
  udpOpen(to?: Endpoint, family?: 4 | 6): Promise<{ id: number; peer: string }> {
    return this.#ask({ do: 'udp-open', to, family }) as Promise<{ id: number; peer: string }>;
  }

  udpSend(id: number, to?: Endpoint): Promise<{ who: string; from: string }> {
    return this.#ask({ do: 'udp-send', id, to }) as Promise<{ who: string; from: string }>;
  }

  /** Sends and waits for no answer. @returns answers heard so far since the socket was made */
  udpFire(id: number, to: Endpoint, count = 1): Promise<number> {
    return this.#ask({ do: 'udp-fire', id, to, count }) as Promise<number>;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#exited;
  }

  async #ask(wish: Wish): Promise<unknown> {
    const ticket = ++this.#ticket;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(ticket, resolve));
    this.child.send({ ...wish, ticket });
    const { value, error } = await answered;
    this.#waiting.delete(ticket);
    if (error) throw new Error(error);
    return value;
  }
}

function cgroupRoot(): string {
  const line = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((mount) => mount.split(' ')[2] === 'cgroup2');
  if (!line) throw new Error('no cgroup v2 filesystem is mounted');
  return line.split(' ')[1] ?? '';
}
