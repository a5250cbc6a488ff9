/** Keeps the connect tables equal to what the services of this cluster compile to. */
import { type Clock, formatIp, inTurns, type Log } from '#kit/index.ts';
import type { Verdicts } from '#plan/index.ts';
import type { ConnectTables } from '../apply/connect-tables.ts';
import { type DesiredService, vipKey } from '../apply/desired.ts';
import { compileService, type Site } from '../compile/service-tables.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { inputsOf, siteOf } from '../watch/inputs.ts';

export interface PlacedEntry {
  /** `namespace/name`, or a duty of the agent itself; undefined while nobody has claimed what an earlier process left. */
  readonly owner: string | undefined;
  readonly index: number;
  /** The cluster of each group by its index; of a service nobody has claimed it is not known. */
  readonly clusters: ReadonlyMap<number, string>;
  /** How many backends each of them has. */
  readonly sizes: ReadonlyMap<number, number>;
}

export class ConnectDuty {
  readonly #tables: ConnectTables;
  readonly #view: ClusterView;
  readonly #where: Pick<Site, 'cluster' | 'node' | 'serviceProxy'>;
  readonly #verdicts: () => Verdicts;
  readonly #log: Log;
  /** Owner of each entry: `namespace/name`, or a duty of the agent itself. */
  readonly #owner = new Map<string, string>();
  readonly #entries = new Map<string, readonly string[]>();
  /** Services whose claim on an entry was turned down; they ask again when it is free. */
  readonly #waiting = new Map<string, Set<string>>();
  /** As the members are now; read again when one has changed. */
  #site: Site | undefined;

  constructor(
    tables: ConnectTables,
    view: ClusterView,
    where: Pick<Site, 'cluster' | 'node' | 'serviceProxy'>,
    log: Log,
    /** On the gateways of other members. */
    verdicts: () => Verdicts = () => ({}),
  ) {
    this.#verdicts = verdicts;
    this.#tables = tables;
    this.#view = view;
    this.#where = where;
    this.#log = log;
    for (const cache of [view.members, view.nodes]) cache.onChange(() => this.forgetMembers());
  }

  /** Members, or what is known of their gateways, have changed. */
  forgetMembers(): void {
    this.#site = undefined;
  }

  /** @param service `namespace/name` */
  reconcile(service: string): void {
    this.#site ??= siteOf(this.#view, this.#where, this.#verdicts());
    this.replace(service, compileService(this.#site, inputsOf(this.#view, service)).desired);
  }

  /** What is in the tables, with the names that it has there no more. */
  *placed(): Generator<PlacedEntry> {
    for (const [key, { index, groups }] of this.#tables.placements()) {
      const clusters = new Map([...groups].map(([cluster, group]) => [group.index, cluster]));
      const sizes = new Map([...groups.values()].map((group) => [group.index, group.run.count]));
      yield { owner: this.#owner.get(key), index, clusters, sizes };
    }
  }

  /** Owner by what is called. */
  owners(): ReadonlyMap<string, string> {
    return this.#owner;
  }

  /** Entries in use, by table. */
  use(): Readonly<Record<string, number>> {
    return this.#tables.use();
  }

  /** Groups were given up whose words still lead to backends. */
  get hasFreed(): boolean {
    return this.#tables.hasFreed;
  }

  /** Nobody can be on the way to them any more: sockets that kept a backend of theirs are given another. */
  forgetFreed(): void {
    this.#tables.forgetFreed();
  }

  /** Gives an owner exactly these entries. An entry that somebody else owns stays theirs. */
  replace(owner: string, desired: readonly DesiredService[]): void {
    const free = desired.filter((entry) => this.#mayOwn(owner, entry));
    const wanted = free.map(vipKey);
    free.forEach((entry, i) => {
      this.#tables.put(entry);
      this.#owner.set(wanted[i] ?? vipKey(entry), owner);
    });
    const gone = (this.#entries.get(owner) ?? []).filter((key) => !wanted.includes(key));
    for (const key of gone) this.#drop(key);
    if (wanted.length > 0) this.#entries.set(owner, wanted);
    else this.#entries.delete(owner);
    for (const other of new Set(gone.flatMap((key) => [...(this.#waiting.get(key) ?? [])]))) this.reconcile(other);
  }

  /** Takes away what an earlier process left and nobody wants. Only once everything has been read. */
  async prune(clock: Clock): Promise<void> {
    for (const key of this.#tables.keys()) if (!this.#owner.has(key)) this.#tables.remove(key);
    this.#tables.pruneAddresses(await Array.fromAsync(inTurns(this.#tables.addresses(), clock)));
  }

  #mayOwn(owner: string, entry: DesiredService): boolean {
    const other = this.#owner.get(vipKey(entry));
    const waiting = this.#waiting.get(vipKey(entry)) ?? new Set();
    if (other === undefined || other === owner) {
      waiting.delete(owner);
      return true;
    }
    if (!waiting.has(owner)) {
      const address = `${formatIp(entry.address)}:${entry.port}/${entry.protocol}`;
      this.#log.info({ address, owner: other, refused: owner }, 'two services claim one address, the first keeps it');
    }
    this.#waiting.set(vipKey(entry), waiting.add(owner));
    return false;
  }

  #drop(key: string): void {
    this.#tables.remove(key);
    this.#owner.delete(key);
  }
}
