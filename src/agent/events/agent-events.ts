/** The events of one agent's kernel half, through its pins; the agent may run or not. */
import { existsSync } from 'node:fs';
import {
  type BpfMap,
  Event,
  EventCount,
  mappedTable,
  openPinnedMap,
  openTable,
  Ring,
  tables,
  Topic,
} from '#kernel/index.ts';
import { type Clock, SealaneError } from '#kit/index.ts';
import { ClusterIndex } from '../apply/cluster-index.ts';
import type { Registration } from '../duties/register.ts';
import { type NamedEvent, namedEvent, type Teller } from './named-event.ts';
import { laneKey, readNames, servicesByAddress } from './names-file.ts';

export type TopicName = 'flows' | 'drops' | 'ejections';

/** How a topic is watched. */
export interface Wish {
  readonly topics: readonly TopicName[];
  /** Of flows, those of one socket in so many. */
  readonly oneIn: number;
}

/** What was not told, since the watch began. */
export interface Untold {
  /** The ring was full. */
  readonly lost: number;
  /** More than a processor tells of at a time. */
  readonly heldBack: number;
}

const TOPICS: Readonly<Record<TopicName, number>> = {
  flows: Topic.Flows,
  drops: Topic.Drops,
  ejections: Topic.Ejections,
};
/** Without a word of the watcher for so long, nobody watches. */
export const LIFE_MS = 3000;
const NS_PER_MS = 1_000_000n;
/** A processor and window (134 ms): about 1,000 a second. */
const MOST: Readonly<Record<TopicName, number>> = { flows: 0, drops: 128, ejections: 128 };

export class AgentEvents {
  readonly agent: Registration;
  readonly #clock: Clock;
  readonly #wish: Wish;
  readonly #watches;
  readonly #map: BpfMap;
  readonly #ring: Ring;
  readonly #counts: BpfMap;
  readonly #before: Untold;
  #teller: Teller;
  #until = 0n;

  /** @throws `agent/no-events` where an agent of an earlier version made the pins; `kernel/pinned-map`, `kernel/mmap` */
  constructor(agent: Registration, wish: Wish, clock: Clock) {
    this.agent = agent;
    this.#clock = clock;
    this.#wish = wish;
    const pin = (map: string) => `${agent.pinDir}/maps/${map}`;
    if (!existsSync(pin(EVENTS))) throw noEvents(agent);
    this.#watches = mappedTable(openPinnedMap(pin(tables.watches.name), 'write'), tables.watches);
    this.#counts = openPinnedMap(pin(tables.event_counts.name));
    this.#map = openPinnedMap(pin(EVENTS), 'write');
    this.#ring = new Ring(this.#map);
    this.#before = this.#untold();
    this.#teller = this.#tellerNow();
  }

  /** How long another watch, or what a killed one left, still lasts; 0: there is none. */
  othersLast(): number {
    const until = Object.values(TOPICS).map((topic) => this.#watches.get(topic).until);
    const last = until.reduce((a, b) => (a > b ? a : b)) - process.hrtime.bigint();
    return last > 0n ? Number(last / NS_PER_MS) + 1 : 0;
  }

  /** Events from now on; what is in the ring was meant for another. */
  begin(): void {
    this.#set(0n);
    this.#ring.skip();
    this.renew();
  }

  /** For {@link LIFE_MS} more. @returns how long nobody watched since the last time, ms */
  renew(): number {
    const now = process.hrtime.bigint();
    const gap = this.#until > 0n ? now - this.#until : 0n;
    this.#until = now + BigInt(LIFE_MS) * NS_PER_MS;
    this.#set(this.#until);
    this.#teller = this.#tellerNow();
    return gap > 0n ? Number(gap / NS_PER_MS) : 0;
  }

  *read(): Generator<NamedEvent> {
    for (const record of this.#ring.records()) yield namedEvent(Event.decode(record), this.#teller);
  }

  untold(): Untold {
    const now = this.#untold();
    return { lost: now.lost - this.#before.lost, heldBack: now.heldBack - this.#before.heldBack };
  }

  /** Nobody watches any more. */
  end(): void {
    this.#set(0n);
    for (const map of [this.#counts, this.#map]) map.close();
  }

  #set(until: bigint): void {
    const { topics, oneIn } = this.#wish;
    for (const topic of topics)
      this.#watches.set(TOPICS[topic], { until, oneIn: topic === 'flows' ? oneIn : 1, most: MOST[topic] });
  }

  #untold(): Untold {
    const sum = (from: number) =>
      this.#wish.topics.reduce((all, topic) => all + Number(this.#counts.counter(from + TOPICS[topic])), 0);
    return { lost: sum(EventCount.Lost), heldBack: sum(EventCount.HeldBack) };
  }

  #tellerNow(): Teller {
    const { cluster, node, pinDir, stateDir } = this.agent;
    const clusters = new ClusterIndex(`${stateDir}/clusters.json`, cluster);
    const lanes = lanesOf(pinDir);
    const names = readNames(stateDir);
    let vips: ReadonlyMap<string, string> | undefined; // they are many, and hardly ever asked for
    const start = BigInt(Math.round(this.#clock.now() * 1e6)) - process.hrtime.bigint();
    return {
      cluster,
      node,
      names,
      vip: (address) => (vips ??= servicesByAddress(names)).get(String(address)),
      clusterName: (index) => clusters.nameOf(index),
      lane: (index) => lanes.get(index),
      time: (at) => new Date(Number((start + at) / NS_PER_MS)).toISOString(),
    };
  }
}

const EVENTS = 'events';

/** Ports by lane; a node that is no gateway has none. */
function lanesOf(pinDir: string): ReadonlyMap<number, string> {
  if (!existsSync(`${pinDir}/maps/${tables.lane_ports.name}`)) return new Map();
  const table = openTable(pinDir, tables.lane_ports);
  try {
    return new Map(
      [...table.all()].map(([{ port, proto }, lane]) => [lane, laneKey(proto === 17 ? 'UDP' : 'TCP', port)]),
    );
  } finally {
    table.raw.close();
  }
}

function noEvents({ pinDir }: Registration): SealaneError {
  return new SealaneError('agent/no-events', `watch ${pinDir}: its programs tell of no events`, {
    hint: 'they are of an earlier version: start its agent anew',
  });
}
