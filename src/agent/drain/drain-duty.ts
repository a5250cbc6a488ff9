/**
 * While something is drained: says what this node has open to it, in its Lease, and ends what has stayed too long. Both by what the
 * kernel's sockets are, looked at anew each time: there is no counter that could drift.
 */
import { type Clock, type Log, messageOf } from '#kit/index.ts';
import { drains, openByService } from '#plan/index.ts';
import type { Drain, DrainSaid, OpenConnection, Sockets } from './model.ts';

/** So often at most the Lease is written for this, and sockets are looked at. */
const LOOK_MS = 1_000;
const SERVICES_MOST = 20;

/** When connections to `member service` could be seen to be left, as `Clock.monotonic()`: policies count from there. */
type Since = Readonly<Record<string, number>>;

export interface DrainInputs<T extends OpenConnection> {
  /** As the members are now. */
  readonly drains: () => readonly Drain[];
  readonly sockets: Sockets<T>;
  /** Of the policy that speaks for a service in this cluster: how long its connections may stay. @param service `namespace/name` */
  readonly drainSeconds: (service: string) => number | undefined;
  /** What is said has changed. */
  readonly onChange: () => void;
  /** Outlives this process, not the machine. */
  readonly since: { read(): unknown; write(since: Since): void };
  readonly clock: Clock;
  readonly log: Log;
}

export class DrainDuty<T extends OpenConnection> {
  readonly #inputs: DrainInputs<T>;
  /** Generation of each member's mirror that the tables are in step with. */
  #inStep: ReadonlyMap<string, number> = new Map();
  readonly #since: Map<string, number>;
  #said: Readonly<Record<string, DrainSaid>> = {};
  #next: (() => void) | undefined;
  #lookedAt = -Infinity;

  constructor(inputs: DrainInputs<T>) {
    this.#inputs = inputs;
    this.#since = new Map(readSince(inputs.since.read(), inputs.clock.monotonic()));
  }

  /** By member; nothing while nothing is drained. */
  said(): Readonly<Record<string, DrainSaid>> {
    return this.#said;
  }

  /** The tables hold what these generations of the mirrors say. @param generations by member */
  inStep(generations: ReadonlyMap<string, number>): void {
    this.#inStep = generations;
    this.#lookWithin(LOOK_MS);
  }

  stop(): void {
    this.#next?.();
    this.#next = undefined;
  }

  /** Soon, but never twice within a second. */
  #lookWithin(ms: number): void {
    const { clock } = this.#inputs;
    this.stop();
    const rested = this.#lookedAt + ms - clock.monotonic();
    this.#next = clock.after(Math.max(0, rested), () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock, log } = this.#inputs;
    this.#lookedAt = clock.monotonic();
    const going = this.#inputs.drains();
    try {
      const open = going.length > 0 ? await this.#inputs.sockets.open() : [];
      const left = new Map(going.map((drain) => [drain, open.filter((one) => isLeft(drain, one))]));
      this.#say(left);
      await this.#end(left);
    } catch (error) {
      log.warn({ err: error }, `look at connections to what is drained: ${messageOf(error)}, again in a second`);
    }
    if (going.length > 0) this.#lookWithin(LOOK_MS);
  }

  #say(left: ReadonlyMap<Drain, readonly T[]>): void {
    const said = Object.fromEntries(
      [...left].map(([{ member }, open]) => [member, saidOf(this.#inStep.get(member) ?? 0, open)]),
    );
    if (JSON.stringify(said) === JSON.stringify(this.#said)) return;
    this.#said = said;
    this.#inputs.onChange();
  }

  async #end(left: ReadonlyMap<Drain, readonly T[]>): Promise<void> {
    const { log, sockets } = this.#inputs;
    this.#forget([...left.keys()]);
    const overdue = [...left].map(
      ([drain, open]) => [drain.member, open.filter((one) => this.#isOverdue(drain, one))] as const,
    );
    this.#keepSince();
    for (const [member, open] of overdue) {
      if (open.length === 0) continue;
      log.info({ member, connections: open.length }, 'connections have stayed too long');
      await sockets.end(open);
    }
  }

  /** Before anything is waited for: an agent that is killed then has kept it. Where it cannot, connections are ended all the same. */
  #keepSince(): void {
    const { since, log } = this.#inputs;
    try {
      since.write(Object.fromEntries(this.#since));
    } catch (error) {
      log.warn({ err: error }, `keep since when connections are left: ${messageOf(error)}, again in a second`);
    }
  }

  /** At the drain's deadline, or what the policy allows after they were seen to be left, whichever comes first. */
  #isOverdue(drain: Drain, { service }: OpenConnection): boolean {
    const { clock, drainSeconds } = this.#inputs;
    if (drain.deadline !== undefined && clock.now() >= drain.deadline) return true;
    const allowed = service === undefined ? undefined : drainSeconds(service);
    if (allowed === undefined || this.#inStep.get(drain.member) !== drain.generation) return false;
    const key = `${drain.member} ${service}`;
    const since = this.#since.get(key) ?? clock.monotonic();
    this.#since.set(key, since);
    return clock.monotonic() >= since + allowed * 1000;
  }

  #forget(going: readonly Drain[]): void {
    for (const key of this.#since.keys()) {
      const [member, service = ''] = key.split(' ');
      if (!going.some((drain) => drain.member === member && drains(drain, service))) this.#since.delete(key);
    }
  }
}

/** A time that is still to come is of before the machine started anew. */
function readSince(kept: unknown, now: number): [string, number][] {
  return Object.entries(kept ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] <= now,
  );
}

function isLeft(drain: Drain, { cluster, service = '', stays = false }: OpenConnection): boolean {
  return cluster === drain.member && !stays && drains(drain, service);
}

function saidOf(generation: number, open: readonly OpenConnection[]): DrainSaid {
  const most = openByService(open.flatMap(({ service }) => (service === undefined ? [] : [[service, 1] as const])));
  const services = most.slice(0, SERVICES_MOST).map(({ service, connections }) => [service, connections]);
  return { generation, connections: open.length, services: Object.fromEntries(services) };
}
