/** One set, brought to rest in virtual time, looked at, then kept busy: what the hub holds and carries. */
import { doDeed } from '../steps/do-deed.ts';
import { serviceName } from '../steps/pods.ts';
import { World } from '../world/world.ts';

export interface SetSize {
  readonly members: number;
  /** Exports in the whole set: each service by two members. */
  readonly services: number;
  /** Of each exporter. */
  readonly pods: number;
}

export interface Measured extends SetSize {
  readonly exports: number;
  /** On the hub, of our kinds and the namespaces for them. */
  readonly objects: number;
  /** JSON of those objects. */
  readonly bytes: number;
  readonly bytesPerExport: number;
  readonly bytesPerMember: number;
  /** Requests to the hub that write, a second: nothing changes, leases aside. */
  readonly writesAtRest: number;
  /** For each change of readiness somewhere. */
  readonly writesPerChange: number;
  /** What the hub sends for each change, to one member. */
  readonly bytesPerChangeAndMember: number;
}

const EXPORTERS = 2;
const SETTLE_MS = 30_000;
const REST_MS = 60_000;
const CHANGES = 20;
const CHANGE_EVERY_MS = 2_000;

export async function measureSet(size: SetSize): Promise<Measured> {
  const { members, services, pods } = size;
  const world = new World({
    seed: `limits ${members} ${services}`,
    members,
    nodes: 1,
    replicas: 1,
    lanePorts: { first: 10_000, last: 14_999 },
    calm: true,
  });
  void world.start();
  await world.time.run(5_000);
  for (const cluster of world.clusters)
    void doDeed(world, { at: 0, do: 'make-namespace', cluster: cluster.name, namespace: 'late' });
  await world.time.run(5_100);
  const exporterOf = (service: number, i: number) => world.clusters[(service + i) % members]?.name ?? '';
  for (let i = 0; i < services; i++)
    for (let e = 0; e < EXPORTERS; e++)
      void doDeed(world, {
        at: 0,
        do: 'export',
        cluster: exporterOf(i, e),
        service: serviceName(i),
        ready: pods,
        total: pods,
      });
  await world.time.run(5_100 + SETTLE_MS);
  const held = heldBy(world);
  const rest = await during(world, REST_MS, () => {});
  const busy = await during(world, CHANGES * CHANGE_EVERY_MS, (at) => {
    for (let i = 0; i < CHANGES; i++)
      world.time.after(
        at + i * CHANGE_EVERY_MS,
        () =>
          void doDeed(world, {
            at: 0,
            do: 'ready',
            cluster: exporterOf(i % services, 0),
            service: serviceName(i % services),
            ready: pods - 1 - (i % 2),
            total: pods,
          }),
      ); // prettier-ignore
  });
  const extraBytes = busy.watchBytes - (rest.watchBytes * CHANGES * CHANGE_EVERY_MS) / REST_MS;
  return {
    ...size,
    ...held,
    writesAtRest: rest.writes / (REST_MS / 1000),
    writesPerChange: (busy.writes - (rest.writes * CHANGES * CHANGE_EVERY_MS) / REST_MS) / CHANGES,
    bytesPerChangeAndMember: extraBytes / CHANGES / members,
  };
}

function heldBy({ hub }: World) {
  const bytesOf = (resource: string) => {
    const stored = hub.store.list(resource);
    return (stored.outcome === 'ok' ? stored.items : []).map((object) => JSON.stringify(object).length);
  };
  const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0);
  const [exports, members] = [bytesOf('sealane.dev/clusterexports'), bytesOf('sealane.dev/memberclusters')];
  return {
    exports: exports.length,
    objects: exports.length + 2 * members.length,
    bytes: sum(exports) + sum(members),
    bytesPerExport: sum(exports) / exports.length,
    bytesPerMember: sum(members) / members.length,
  };
}

/** Writes other than leases, and what watches sent, while `ms` pass. */
async function during(world: World, ms: number, begin: (at: number) => void) {
  let writes = 0;
  const count = ({
    server,
    request: { method = 'GET', path },
  }: {
    server: unknown;
    request: { method?: string; path: string };
  }) => {
    if (server === world.hub && method !== 'GET' && !path.includes('/leases')) writes += 1;
  };
  world.onRequest.add(count);
  const before = world.hub.traffic.watchBytes;
  begin(0);
  await world.time.run(world.time.now + ms);
  world.onRequest.delete(count);
  return { writes, watchBytes: world.hub.traffic.watchBytes - before };
}
