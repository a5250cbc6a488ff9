/**
 * Kubernetes Events (core/v1, what `kubectl describe` shows below an object): what a person must know. The same again counts up, and
 * nobody who tells too much is heard: so many writes an object and hour, so many in all. An Event that cannot be written is forgotten.
 */
import { type Clock, isFault, type Log, messageOf, timestamp } from '#kit/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import type { Client } from './client.ts';

/** What happened to an object. */
export interface Happening {
  readonly type: 'Normal' | 'Warning';
  /** One word in CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** The object that it is said of; a Node's Events are found by its name in place of a UID, as the kubelet's are. */
export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid?: string };
}

export interface Teller {
  tell(subject: Subject, happening: Happening): void;
  /** What was told is written, or has failed. */
  idle(): Promise<void>;
}

export interface TellerOptions {
  readonly client: Pick<Client, 'create' | 'patch'>;
  /** Who says it: `sealane-member`, and which one of them. */
  readonly component: string;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
}

const EVENTS: ResourceType = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true };
const HOUR_MS = 3_600_000;
/** Writes an hour. */
export const MOST_OF_AN_OBJECT = 12;
const MOST_IN_ALL = 600;
/** The same again is written once in so long. */
const COUNT_EVERY_MS = 600_000;
const MOST_REMEMBERED = 1000;
const LONGEST_MESSAGE = 1024;
/** Where Events of objects without namespace are. */
const NAMESPACE = 'default';

interface Told {
  readonly name: string;
  readonly namespace: string;
  count: number;
  writtenAt: number;
}

export function createTeller(options: TellerOptions): Teller {
  const { client, clock, log } = options;
  const told = new Map<string, Told>();
  const quota = new Quota(clock);
  const writing = new Set<Promise<unknown>>();

  function write(work: () => Promise<unknown>, key: string): void {
    const done = work().catch((error: unknown) => {
      // Gone by its age: the next one is a new one.
      if (isFault(error, 'kube/not-found')) told.delete(key);
      log.debug({ key, cause: messageOf(error) }, 'event not written');
    });
    writing.add(done);
    void done.finally(() => writing.delete(done));
  }

  function again(key: string, before: Told): void {
    before.count += 1;
    if (clock.monotonic() - before.writtenAt < COUNT_EVERY_MS || !quota.takes(key)) return;
    before.writtenAt = clock.monotonic();
    const { name, namespace, count } = before;
    write(() => client.patch(EVENTS, { namespace, name }, { count, lastTimestamp: timestamp(clock) }), key);
  }

  function first(key: string, subject: Subject, happening: Happening): void {
    if (!quota.takes(key)) return;
    if (told.size >= MOST_REMEMBERED) told.clear();
    const namespace = subject.metadata.namespace ?? NAMESPACE;
    const name = `${subject.metadata.name}.${unique(clock)}`;
    told.set(key, { name, namespace, count: 1, writtenAt: clock.monotonic() });
    write(() => client.create(EVENTS, eventOf(options, subject, happening, { name, namespace })), key);
  }

  return {
    tell(subject, happening) {
      const { name, namespace = '', uid = name } = subject.metadata;
      const key = `${subject.kind} ${namespace}/${name} ${uid}\n${happening.reason} ${happening.message}`;
      const before = told.get(key);
      if (before) again(key, before);
      else first(key, subject, happening);
    },
    idle: async () => void (await Promise.all(writing)),
  };
}

/** Writes in the hour that runs, by object and in all. */
class Quota {
  readonly #clock: Clock;
  #began = -Infinity;
  #all = 0;
  readonly #byObject = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  takes(key: string): boolean {
    if (this.#clock.monotonic() - this.#began >= HOUR_MS) this.#begin();
    const object = key.slice(0, key.indexOf('\n'));
    const written = this.#byObject.get(object) ?? 0;
    if (written >= MOST_OF_AN_OBJECT || this.#all >= MOST_IN_ALL) return false;
    this.#byObject.set(object, written + 1);
    this.#all += 1;
    return true;
  }

  #begin(): void {
    this.#began = this.#clock.monotonic();
    this.#all = 0;
    this.#byObject.clear();
  }
}

function unique(clock: Clock): string {
  return `${Math.floor(clock.now()).toString(16)}${Math.floor(clock.random() * 65_536).toString(16)}`;
}

function eventOf(
  { component, instance, clock }: TellerOptions,
  { apiVersion, kind, metadata: { name, namespace, uid } }: Subject,
  { type, reason, message }: Happening,
  metadata: { readonly name: string; readonly namespace: string },
): KubeObject {
  const now = timestamp(clock);
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject: { apiVersion, kind, name, ...(namespace && { namespace }), ...(uid && { uid }) },
    ...{ type, reason, message: message.slice(0, LONGEST_MESSAGE) },
    ...{ count: 1, firstTimestamp: now, lastTimestamp: now },
    source: { component, host: instance },
    reportingComponent: component,
    reportingInstance: instance,
  };
  return event;
}
