/** Who serves a port, and who is in the set, as plan wants to know it. */
import { drainedOf, drains, type Exporter, type MergedImport, type MergedPort, type Place } from '#plan/index.ts';
import { allMembers, type MemberState, placeOf } from '../member-state.ts';

export function exportersOf(state: MemberState, merged: MergedImport, port: MergedPort): Exporter[] {
  const members = allMembers(state);
  const self = state.settings.cluster;
  return merged.serving.flatMap(({ cluster, ports }): Exporter[] => {
    const served = ports.find((one) => one.name === port.name);
    if (!served) return [];
    const { spec = {}, status } = members.get(cluster) ?? {};
    const { region, zone, group } = placeOf(cluster, spec);
    const reachable = cluster === self || (spec.transport === 'Plain' && (status?.gateways?.length ?? 0) > 0);
    return [
      {
        cluster,
        region,
        zone,
        group,
        ready: served.ready,
        total: served.total,
        eligible: reachable && !drains(drainedOf(spec), `${merged.namespace}/${merged.name}`) && !spec.removed,
      },
    ];
  });
}

export function places(state: MemberState): Place[] {
  const known = [...allMembers(state).values()].filter(({ spec }) => !spec?.removed);
  const listed = known.map(({ metadata, spec }) => placeOf(metadata.name, spec ?? {}));
  const { cluster } = state.settings;
  return listed.some(({ name }) => name === cluster) ? listed : [...listed, placeOf(cluster, {})];
}
