/**
 * Time that passes only when everything has come to rest: one event is run, then every promise that it woke, then the next event.
 * Two events of one moment run in the order in which they were asked for.
 */
import { setImmediate as loopTurn } from 'node:timers/promises';

interface Event {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export class VirtualTime {
  #now = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  /** Milliseconds since the run began. */
  get now(): number {
    return this.#now;
  }

  /** Events that were run. */
  ran = 0;

  /** @returns cancel */
  after(ms: number, run: () => void): () => void {
    const event: Event = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    push(this.#heap, event);
    return () => {
      event.run = undefined;
    };
  }

  /** @param settled called when everything that an event set off has come to rest; true ends the run early */
  async run(until: number, settled: () => boolean | void = () => {}): Promise<void> {
    await loopTurn();
    for (let next = this.#heap[0]; next && next.at <= until; next = this.#heap[0]) {
      pop(this.#heap);
      if (!next.run) continue;
      this.#now = next.at;
      this.ran += 1;
      next.run();
      await loopTurn();
      if (settled() === true) return;
    }
    this.#now = Math.max(this.#now, until);
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let at = heap.length;
  heap.push(event);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Event;
    if (!isBefore(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    const right = heap[child + 1];
    if (right && isBefore(right, heap[child] as Event)) child += 1;
    const below = heap[child] as Event;
    if (!isBefore(below, last)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
}
