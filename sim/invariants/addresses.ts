/** VIPs are unique in a cluster and stay with their service; what is shown was written down before. */
import type { ClusterExport, ServiceImport } from '#api/index.ts';
import type { Store } from '#objects/index.ts';
import { type Invariant, noting, type Watched } from './invariant.ts';
import { givenOut, imports, keyText, RESOURCE } from './truth.ts';

const KEPT_MS = 600_000;

interface Held {
  address: string;
  /** By the member's own wall clock; undefined while it has the address. */
  goneAt: number | undefined;
}

export function addressesStay({ world }: Watched): Invariant {
  const found = noting('addresses stay');
  const known = new WeakMap<Store, Map<string, Held>>();

  world.onChange.add(({ server, type, key, object }) => {
    if (key.resource !== RESOURCE.imports) return;
    const cluster = world.clusters.find((one) => one.server === server);
    if (!cluster) return;
    const held = known.get(server.store) ?? new Map<string, Held>();
    known.set(server.store, held);
    const now = world.time.now + cluster.skew.ms;
    const service = keyText(object);
    const before = held.get(service);
    if (type === 'DELETED') return void (before && (before.goneAt = now));
    const [address] = (object as unknown as ServiceImport).spec.ips ?? [];
    if (!address) return;
    const kept = before && (before.goneAt === undefined || now - before.goneAt < KEPT_MS);
    if (kept && before.address !== address)
      found.note(`${server.name}: ${service} had ${before.address} and has ${address}`);
    held.set(service, { address, goneAt: undefined });
    const others = imports(server.store).filter((one) => keyText(one) !== service && one.spec.ips?.includes(address));
    if (others.length > 0)
      found.note(`${server.name}: ${service} and ${others.map(keyText).join()} both have ${address}`);
    if (!givenOut(server.store).vips.some((one) => `${one.namespace}/${one.name}` === service && one.ip === address))
      found.note(`${server.name}: ${service} shows ${address}, which no record has`);
  });
  return found;
}

export function lanesAreWritten({ world }: Watched): Invariant {
  const found = noting('lanes are written down');
  world.onChange.add(({ server, type, key, object }) => {
    if (key.resource !== RESOURCE.records || server === world.hub || type === 'DELETED') return;
    const { spec } = object as unknown as ClusterExport;
    if (spec.withdrawn !== undefined) return;
    const { lanePorts } = givenOut(server.store);
    for (const port of spec.ports) {
      if (port.lanePort === undefined) continue;
      const record = lanePorts.find((one) => one.lanePort === port.lanePort);
      const same =
        record?.namespace === spec.service.namespace && record.name === spec.service.name && record.port === port.port;
      if (!same || record.freedAt !== undefined)
        found.note(
          `${server.name}: ${keyText(object)} shows lane port ${port.lanePort}, of which the records say ${JSON.stringify(record)}`,
        );
    }
  });
  return found;
}
