/** An API server of the product without its sockets: engine and store, that can crash, be emptied, be restored. */
import { answer, type AnswerContext, createEngine } from '#apiserver/index.ts';
import { crds, type Role } from '#api/index.ts';
import { type Clock, silentLog, uuid } from '#kit/index.ts';
import type { RawRequest } from '#kube/index.ts';
import {
  createMemoryStore,
  type KubeObject,
  type Store,
  type StoreEvent,
  type StoreKey,
  storeResource,
} from '#objects/index.ts';
import { type AnswerSink, requestOf, responseTo } from '../net/server-side.ts';
import { seeded } from '../time/random.ts';
import type { SimProcess } from './process.ts';

export interface ServerOptions {
  readonly name: string;
  readonly role: Role;
  /** A process for each start of it. */
  readonly newProcess: () => SimProcess;
  /** Told of each change, whichever store it is in. */
  readonly onChange: (event: StoreEvent) => void;
  /** Told of each request that arrived, before it is answered. */
  readonly onRequest: (process: SimProcess, request: RawRequest) => void;
}

export interface Backup {
  readonly revision: number;
  readonly objects: readonly { readonly key: StoreKey; readonly object: KubeObject }[];
}

/** What went over the wire. */
export interface Traffic {
  requests: number;
  writes: number;
  /** Of answers and watches. */
  bytes: number;
  watchBytes: number;
}

/** Small, so that a watch that was cut off for a while finds its place forgotten now and then. */
const HISTORY = 2_000;

export class SimServer {
  readonly name: string;
  store: Store;
  readonly traffic: Traffic = { requests: 0, writes: 0, bytes: 0, watchBytes: 0 };
  readonly #options: ServerOptions;
  #running:
    | { readonly context: AnswerContext; readonly stopping: AbortController; readonly process: SimProcess }
    | undefined;
  readonly #open = new Set<() => void>();

  constructor(options: ServerOptions) {
    this.name = options.name;
    this.#options = options;
    this.store = newStore();
  }

  get up(): boolean {
    return this.#running?.process.alive ?? false;
  }

  get process(): SimProcess | undefined {
    return this.#running?.process;
  }

  start(): void {
    const process = this.#options.newProcess();
    const stopping = new AbortController();
    if (this.store.revision() === 0) this.store = newStore(firstContent(this.#options.role, process.clock));
    const context = engineOver(this.#options.role, this.store, process.clock, stopping.signal);
    this.#running = { context, stopping, process };
    this.#follow();
  }

  /** Its connections break, what it holds stays. */
  crash(): void {
    if (!this.#running) return;
    const { stopping, process } = this.#running;
    process.kill();
    for (const cut of [...this.#open]) cut();
    stopping.abort();
    this.#running = undefined;
  }

  /** To be started again with nothing, or with what a backup has. */
  replace(backup?: Backup): void {
    this.store = newStore(backup);
  }

  backup(): Backup {
    return { revision: this.store.revision(), objects: contentOf(this.store, this.#kinds()) };
  }

  /** @returns to be called when the client has gone */
  answer(from: SimProcess, request: RawRequest, sink: AnswerSink): () => void {
    const running = this.#running;
    if (!running) {
      sink.broken();
      return () => {};
    }
    this.#options.onRequest(from, request);
    this.traffic.requests += 1;
    if ((request.method ?? 'GET') !== 'GET') this.traffic.writes += 1;
    const { response, gone } = responseTo({
      ...sink,
      end: () => {
        this.#open.delete(cut);
        sink.end();
      },
    });
    const cut = () => {
      this.#open.delete(cut);
      gone();
      sink.broken();
    };
    this.#open.add(cut);
    running.process.deliver(() => void answer(running.context, requestOf(request), response));
    return () => {
      this.#open.delete(cut);
      gone();
    };
  }

  /** Breaks open answers, watches above all. @param chosen which of them */
  cut(chosen: () => boolean): void {
    for (const cut of [...this.#open]) if (chosen()) cut();
  }

  count(bytes: number, lasting: boolean): void {
    this.traffic.bytes += bytes;
    if (lasting) this.traffic.watchBytes += bytes;
  }

  #kinds(): string[] {
    const kinds = this.#running?.context.registry.kinds() ?? [];
    return kinds.map(({ type }) => storeResource(type));
  }

  #follow(): void {
    const { store } = this;
    if (FOLLOWED.has(store)) return;
    FOLLOWED.add(store);
    for (const resource of RESOURCES)
      store.watch(resource, { fromRevision: store.revision() }, (event) => {
        if (this.store === store) this.#options.onChange(event);
      });
  }
}

const FOLLOWED = new WeakSet<Store>();

/** Everything that matters in a simulation. */
const RESOURCES = [
  'namespaces',
  'nodes',
  'services',
  'configmaps',
  'discovery.k8s.io/endpointslices',
  'coordination.k8s.io/leases',
  'multicluster.x-k8s.io/serviceexports',
  'multicluster.x-k8s.io/serviceimports',
  'sealane.dev/memberclusters',
  'sealane.dev/clusterexports',
  'sealane.dev/globaltrafficpolicies',
] as const;

function newStore(content?: Backup): Store {
  return createMemoryStore({
    historyLimit: HISTORY,
    ...(content && {
      firstRevision: content.revision,
      journal: { changes: [], objects: content.objects, save: () => {} },
    }),
  });
}

function engineOver(
  role: Role,
  store: Store,
  clock: Clock,
  stopping: AbortSignal,
  definitions: readonly KubeObject[] = [],
) {
  const kinds = role === 'hub' ? 'hub' : 'all';
  return createEngine(
    { store, serviceRanges: ['10.96.0.0/16'], kinds, crds: definitions, clock, log: silentLog },
    stopping,
  );
}

const firsts = new Map<Role, Backup>();

/** What a server has from its start on. Most of the work of one start is the same each time: it is done once, the UIDs are new. */
function firstContent(role: Role, clock: Clock): Backup {
  const known = firsts.get(role) ?? makeFirstContent(role);
  firsts.set(role, known);
  const objects = known.objects.map(({ key, object }) => ({
    key,
    object: key.resource === 'namespaces' ? { ...object, metadata: { ...object.metadata, uid: uuid(clock) } } : object,
  }));
  return { ...known, objects };
}

function makeFirstContent(role: Role): Backup {
  const store = newStore();
  const stopping = new AbortController();
  const random = seeded(`first ${role}`);
  const still: Clock = {
    now: () => FIRST_MS,
    monotonic: () => 0,
    random: () => random.next(),
    after: () => () => {},
  };
  const { registry } = engineOver(role, store, still, stopping.signal, crds({ role }));
  stopping.abort();
  return {
    revision: store.revision(),
    objects: contentOf(
      store,
      registry.kinds().map(({ type }) => storeResource(type)),
    ),
  };
}

const FIRST_MS = 1_767_225_600_000;

function contentOf(store: Store, resources: readonly string[]): Backup['objects'] {
  return [...new Set(resources)].flatMap((resource) => {
    const stored = store.list(resource);
    const items = stored.outcome === 'ok' ? stored.items : [];
    return items.map((object) => ({
      key: { resource, namespace: object.metadata.namespace, name: object.metadata.name },
      object,
    }));
  });
}
