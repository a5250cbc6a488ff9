/** Of several processes of one member the one that holds the Lease writes; and under a name, the cluster that has it. */
import type { Lease } from '#api/index.ts';
import type { SimProcess } from '../world/process.ts';
import { type Invariant, noting, type Watched } from './invariant.ts';
import { members, RESOURCE } from './truth.ts';

/** What was sent before the Lease changed hands may still arrive. */
const ON_ITS_WAY_MS = 1_500;

export function oneLeader({ world }: Watched): Invariant {
  const found = noting('one leader');
  const leaders = new Map<string, { readonly process: SimProcess; readonly since: number }>();
  let acting: SimProcess | undefined;
  world.onRequest.add(({ process, request: { method = 'GET', path }, server }) => {
    acting = process;
    if (method === 'GET' || path.includes('/leases')) return;
    const leader = leaders.get(process.site);
    const isMember = process.name.includes('/member-');
    if (!isMember || !leader || leader.process === process || !process.alive) return;
    if (world.time.now - leader.since > ON_ITS_WAY_MS)
      found.note(
        `${process.name} writes ${method} ${path} to ${server.name}; ${leader.process.name} leads since ${Math.round(leader.since)} ms`,
      );
  });
  world.onChange.add(({ server, key, object }) => {
    if (key.resource !== RESOURCE.leases || key.name !== 'sealane-member' || !acting) return;
    const holder = (object as Lease).spec?.holderIdentity;
    const known = leaders.get(server.name);
    if (!holder) leaders.delete(server.name);
    else if (known?.process !== acting) leaders.set(server.name, { process: acting, since: world.time.now });
  });
  return found;
}

export function oneWriter({ world }: Watched): Invariant {
  const found = noting('one writer of a name');
  let acting: SimProcess | undefined;
  world.onRequest.add(({ process }) => {
    acting = process;
  });
  world.onChange.add(({ server, key }) => {
    if (server !== world.hub || key.resource !== RESOURCE.records || !acting) return;
    const impostor = world.clusters.find((one) => one.name === acting?.site);
    if (!impostor || impostor.name === impostor.options.member) return;
    const owner = members(world.hub.store).find(({ metadata }) => metadata.name === impostor.options.member);
    const uid = owner?.status?.clusterUID;
    const own = impostor.server.store.get({ resource: RESOURCE.namespaces, name: 'kube-system' })?.metadata.uid;
    if (uid !== undefined && uid !== own)
      found.note(`${acting.name} writes ${key.namespace}/${key.name}, the name is another cluster's`);
  });
  return found;
}
