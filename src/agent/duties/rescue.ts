/**
 * Ends connections that would wait in vain, which the kernel does not do by itself: nothing tells an idle receiver, or a connected UDP
 * socket, that its peer is gone. Three verbs: a cluster that is down, or a backend that was ejected under `onEject: Reset`, is left by all
 * whom others could serve; a backend that is no more is left by connected UDP, while TCP ends by itself; a drained one is left to end.
 * Looks over the sockets only when something of that kind has changed. UDP that is not connected is never touched.
 */
import { type Address, createQueue, every, type Queue } from '#kit/index.ts';
import { ClusterFlag, type GivenSocket, type Rescue } from '#kernel/index.ts';
import type { Departures } from '../watch/departures.ts';
import { ConnectionEnds, type EndSources } from './end-connections.ts';

export interface RescueSources extends EndSources {
  readonly sockets: Rescue;
  /** Bits of each cluster, by its number, in shared memory. */
  readonly clusters: { readonly length: number; get(number: number): number };
  /** How many backends the kernel has ejected so far. */
  readonly ejections: () => bigint;
  /** Whether a group has a backend of that address. */
  readonly holds: (group: number, address: Address) => boolean;
  readonly departures: (told: () => void) => Pick<Departures, 'left' | 'forget' | 'absent'>;
}

/** Words in shared memory are looked at so often; a look is some microseconds. */
const LOOK_MS = 1_000;
/** While a cluster is down: others may have become able to serve meanwhile. */
const AGAIN_MS = 10_000;
/** A pod that moves from one slice to another leaves the first before it is in the second. */
const DEPARTED_MS = 250;
/** A walk over sockets that come and go may miss some. */
const ROUNDS = 3;
/** TCP_SYN_SENT: the hooks end it at its next timeout. TCP_LAST_ACK, TCP_CLOSING: nobody waits for it any more. */
const SYN_SENT = 2;
const ENDING = [9, 11];

const IN_VAIN = 'in vain';
const DEPARTED = 'departed';

export class RescueDuty {
  readonly #from: RescueSources;
  readonly #queue: Queue;
  readonly #ends: ConnectionEnds;
  readonly #departures: Pick<Departures, 'left' | 'forget' | 'absent'>;
  readonly #stopLooking: () => void;
  #departuresDue = false;
  #seen = '';
  #lookedAt = 0;
  /** What an earlier process did not live to see counts as departed too. */
  #isFirst = true;

  constructor(from: RescueSources) {
    this.#from = from;
    const { clock, log } = from;
    this.#ends = new ConnectionEnds(from);
    this.#queue = createQueue({
      clock,
      log,
      work: (key) => (key === IN_VAIN ? this.#leaveInVain() : this.#leaveDeparted()),
    });
    this.#departures = from.departures(() => this.#noteDeparture());
    this.#stopLooking = every(clock, LOOK_MS, () => this.look());
    this.#queue.add(DEPARTED);
    this.look();
  }

  /** Whoever has just marked a cluster may say so: else it is seen within a second. */
  look(): void {
    const now = this.#from.clock.monotonic();
    const { words, anyDown } = this.#words();
    if (words === this.#seen && !(anyDown && now - this.#lookedAt >= AGAIN_MS)) return;
    this.#seen = words;
    this.#lookedAt = now;
    this.#queue.add(IN_VAIN);
  }

  /** Resolves when all that was seen until now has been done. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  stop(): void {
    this.#stopLooking();
    this.#queue.stop();
    this.#from.sockets.close();
  }

  #words(): { words: string; anyDown: boolean } {
    const { clusters, ejections } = this.#from;
    const down: number[] = [];
    for (let number = 0; number < clusters.length; number++) if (this.#isDown(number)) down.push(number);
    return { words: `${down.join()} ${ejections()}`, anyDown: down.length > 0 };
  }

  #isDown(cluster: number): boolean {
    return (this.#from.clusters.get(cluster) & ClusterFlag.Down) !== 0;
  }

  #noteDeparture(): void {
    if (this.#departuresDue) return;
    this.#departuresDue = true;
    this.#queue.addAfter(DEPARTED, DEPARTED_MS);
  }

  async #leaveInVain(): Promise<void> {
    const reasonOf = ({ cluster }: GivenSocket) => (this.#isDown(cluster) ? 'down' : 'ejected');
    for (let round = 0; round < ROUNDS; round++) {
      const inVain = [...this.#from.sockets.list('in-vain')].filter(waits);
      if ((await this.#ends.end(inVain, reasonOf)) === 0) return;
    }
  }

  async #leaveDeparted(): Promise<void> {
    this.#departuresDue = false;
    const { clock, sockets, holds } = this.#from;
    const left = this.#departures.left();
    const isSuspect = ({ remote, group }: GivenSocket) => left.has(remote) || (this.#isFirst && !holds(group, remote));
    const suspects = [...sockets.list('udp')].filter(isSuspect);
    const absent = await this.#departures.absent(
      suspects.map(({ remote }) => remote),
      clock,
    );
    const deleted = suspects.filter(({ remote }) => absent.has(remote));
    await this.#ends.end(deleted, () => 'deleted');
    this.#departures.forget(left);
    this.#isFirst = false;
  }
}

/** Whether somebody may wait for what it would bring. */
function waits({ state }: GivenSocket): boolean {
  return state !== SYN_SENT && !ENDING.includes(state);
}
