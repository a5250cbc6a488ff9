/** What lies between processes and API servers: delays, cuts, connections that break. Everything out of the seed. */
import type { Random } from '../time/random.ts';
import type { VirtualTime } from '../time/virtual-time.ts';

export interface Link {
  readonly name: string;
  /** Nothing gets through; what was on its way waits, as TCP would send it again. */
  down: boolean;
  /** Factor on every delay. */
  slow: number;
  /** Share of requests whose connection breaks: before they arrive, or before their answer does. */
  breaking: number;
  /** Waits for the link to come back. */
  readonly held: (() => void)[];
}

const NEAR_MS = { low: 0.2, high: 3 };

export class Network {
  readonly #links = new Map<string, Link>();
  readonly time: VirtualTime;
  readonly random: Random;

  /** Some watches lag behind others. */
  readonly lags: boolean;

  constructor(time: VirtualTime, random: Random, lags: boolean) {
    this.time = time;
    this.random = random;
    this.lags = lags;
  }

  link(name: string): Link {
    const known = this.#links.get(name);
    if (known) return known;
    const link: Link = { name, down: false, slow: 1, breaking: 0, held: [] };
    this.#links.set(name, link);
    return link;
  }

  delay({ slow }: Link): number {
    return this.random.between(NEAR_MS.low, NEAR_MS.high) * slow;
  }

  up(link: Link): void {
    link.down = false;
    for (const send of link.held.splice(0)) send();
  }

  /** Every fault of the network ends. */
  healAll(): void {
    for (const link of this.#links.values()) {
      link.slow = 1;
      link.breaking = 0;
      this.up(link);
    }
  }

  links(): Link[] {
    return [...this.#links.values()];
  }
}

/** One direction of one connection: what is sent first arrives first. */
export class Stream {
  readonly #network: Network;
  readonly #link: Link;
  /** On top of the link's delay: one watch may lag behind another. */
  readonly lagMs: number;
  #last = 0;

  constructor(network: Network, link: Link, lagMs = 0) {
    this.#network = network;
    this.#link = link;
    this.lagMs = lagMs;
  }

  send(arrive: () => void): void {
    if (this.#link.down) return void this.#link.held.push(() => this.send(arrive));
    const { time } = this.#network;
    const at = Math.max(time.now + this.#network.delay(this.#link) + this.lagMs, this.#last);
    this.#last = at;
    time.after(at - time.now, () => (this.#link.down ? this.#link.held.push(() => this.send(arrive)) : arrive()));
  }
}
