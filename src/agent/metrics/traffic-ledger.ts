/**
 * The kernel counts by numbers, of a service and of a group; here they get their names. Numbers are given away again and a series
 * never goes down for that: names are kept for as long as the kernel has the counts, over restarts, and so is what was counted under
 * a number that has another name now.
 */
import { renameSync, writeFileSync } from 'node:fs';
import type { ConnectTimes, Traffic, TrafficKey } from '#kernel/index.ts';
import type { PlacedEntry } from '../duties/connect.ts';
import { readJson } from '../json-file.ts';

/** Who was never connected has no times. */
type Row = Traffic & { readonly times?: ConnectTimes };

/** The kernel's tables as one, or memory in tests. */
export interface TrafficTable {
  all(): Iterable<readonly [TrafficKey, Row]>;
  delete(key: TrafficKey): void;
}

export interface TrafficSeries {
  readonly namespace: string;
  readonly service: string;
  /** Who served it. */
  readonly cluster: string;
  readonly counts: Counts;
}

const COUNTED = ['attempts', 'established', 'failed', 'closed', 'bytesSent', 'bytesReceived', 'moves'] as const;
type Counted = (typeof COUNTED)[number];
export type Counts = Readonly<Record<Counted, number>> & {
  readonly connectUs: number;
  /** By bucket of bpf/include/times.h, each alone. */
  readonly connects: readonly number[];
};

export class TrafficLedger {
  readonly #path: string;
  readonly #table: TrafficTable;
  /** `namespace/name cluster` by service and group. */
  readonly #names: Map<number, string>;
  /** What was counted under numbers that have been given away, by name. */
  readonly #past: Map<string, Sum>;
  #isWritten = true;

  /** @param path file that keeps the names, beside the pins' state */
  constructor(path: string, table: TrafficTable) {
    this.#path = path;
    this.#table = table;
    const { names, past } = readLedger(path);
    this.#names = new Map(names);
    this.#past = new Map();
    for (const [name, counts] of past) sumOf(this.#past, name).add(counts);
  }

  /** Sums by service and cluster. Only once everything in the tables has an owner. @throws `kernel/map` */
  read(placed: Iterable<PlacedEntry>): TrafficSeries[] {
    const { pairs, services, names } = present(placed);
    const sums = new Map<string, Sum>();
    for (const [key, traffic] of this.#table.all()) {
      const pair = pairOf(key.service, key.group);
      const [known, now] = [this.#names.get(pair), pairs.get(pair)];
      const isOver =
        now === undefined ? known === undefined || !services.has(key.service) : known !== undefined && known !== now;
      if (isOver) {
        this.#giveAway(key, pair, traffic);
        continue;
      }
      const name = now ?? known ?? '';
      if (known === undefined) this.#name(pair, name);
      sumOf(sums, name).add(traffic);
    }
    this.#addPast(sums, names);
    if (!this.#isWritten) this.#write();
    sums.delete('');
    return [...sums].map(([name, counts]) => ({ ...partsOf(name), counts }));
  }

  /** What was counted before goes on for as long as somebody has the name. */
  #addPast(sums: Map<string, Sum>, names: ReadonlySet<string>): void {
    for (const [name, counts] of this.#past) {
      if (names.has(name) || sums.has(name)) sumOf(sums, name).add(counts);
      else this.#isWritten = !this.#past.delete(name);
    }
  }

  #name(pair: number, name: string): void {
    this.#names.set(pair, name);
    this.#isWritten = false;
  }

  #giveAway(key: TrafficKey, pair: number, traffic: Row): void {
    const name = this.#names.get(pair);
    if (name !== undefined) sumOf(this.#past, name).add(traffic);
    this.#names.delete(pair);
    this.#table.delete(key);
    this.#isWritten = false;
  }

  #write(): void {
    const text = JSON.stringify({ names: [...this.#names], past: [...this.#past] });
    writeFileSync(`${this.#path}.new`, text, { mode: 0o640 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#isWritten = true;
  }
}

/** What the tables hold now: names by pair, and all that there is of either. */
function present(placed: Iterable<PlacedEntry>) {
  const pairs = new Map<number, string>();
  const services = new Set<number>();
  for (const { owner, index, clusters } of placed) {
    services.add(index);
    for (const [group, cluster] of clusters) if (owner) pairs.set(pairOf(index, group), nameOf(owner, cluster));
  }
  return { pairs, services, names: new Set(pairs.values()) };
}

/** Empty for what the agent serves itself, DNS: who answers there counts it. */
function nameOf(owner: string, cluster: string): string {
  return owner.includes('/') ? `${owner} ${cluster}` : '';
}

/** Both have 32 bits in the kernel; a table has far fewer entries. */
function pairOf(service: number, group: number): number {
  return service * 2 ** 32 + group;
}

function partsOf(name: string): Omit<TrafficSeries, 'counts'> {
  const [, namespace = '', service = '', cluster = ''] = /^(.*)\/(.*) (.*)$/.exec(name) ?? [];
  return { namespace, service, cluster };
}

/** Added to in place: there may be many thousands. */
class Sum implements Counts {
  attempts = 0;
  established = 0;
  failed = 0;
  closed = 0;
  bytesSent = 0;
  bytesReceived = 0;
  moves = 0;
  connectUs = 0;
  readonly connects: number[] = [];

  /** @param more what an earlier version wrote does not have all of it */
  add(
    more: Readonly<Partial<Record<Counted, number | bigint>>> & { readonly times?: ConnectTimes } & Partial<
        Pick<Counts, 'connectUs' | 'connects'>
      >,
  ): void {
    for (const what of COUNTED) this[what] += Number(more[what] ?? 0);
    this.connectUs += Number(more.times?.sumUs ?? more.connectUs ?? 0);
    for (const [i, count] of (more.times?.buckets ?? more.connects ?? []).entries())
      this.connects[i] = (this.connects[i] ?? 0) + Number(count);
  }
}

function sumOf(sums: Map<string, Sum>, name: string): Sum {
  const sum = sums.get(name) ?? new Sum();
  sums.set(name, sum);
  return sum;
}

interface Ledger {
  readonly names: readonly (readonly [number, string])[];
  readonly past: readonly (readonly [string, Partial<Counts>])[];
}

/** A file that cannot be read is as good as none. */
function readLedger(path: string): Ledger {
  const { names = [], past = [] } = (readJson(path) ?? {}) as Partial<Ledger>;
  return { names, past };
}
