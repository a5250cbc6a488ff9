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
/** One watch in so many lags far behind the others. */
const LAGGING = 0.08;
const LAG_MS = { low: 50, high: 3_000 };

export class Network {
  readonly #links = new Map<string, Link>();
  readonly time: VirtualTime;
  readonly random: Random;

  /** By how much a new watch will lag, in milliseconds. @param path of its request @param server that it asks */
  lagOf: (path: string, server: string) => number;

  /** @param lags some watches lag behind others */
  constructor(time: VirtualTime, random: Random, lags: boolean) {
    this.time = time;
    this.random = random;
    this.lagOf = () => (lags && random.chance(LAGGING) ? random.between(LAG_MS.low, LAG_MS.high) : 0);
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
  readonly #sent: (() => void)[] = [];

  constructor(network: Network, link: Link, lagMs = 0) {
    this.#network = network;
    this.#link = link;
    this.lagMs = lagMs;
  }

  send(arrive: () => void): void {
    this.#sent.push(arrive);
    this.#carry();
  }

  /** Whenever one gets through, it is the first of those that were sent: what was under way when the link broke stays ahead. */
  #carry(): void {
    const again = () => this.#carry();
    if (this.#link.down) return void this.#link.held.push(again);
    const { time } = this.#network;
    const at = Math.max(time.now + this.#network.delay(this.#link) + this.lagMs, this.#last);
    this.#last = at;
    time.after(at - time.now, () => {
      if (this.#link.down) this.#link.held.push(again);
      else this.#sent.shift()?.();
    });
  }
}
