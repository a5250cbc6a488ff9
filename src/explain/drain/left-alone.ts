import { type ClusterExport, type MemberCluster, memberOfHubNamespace } from '#api/index.ts';
import { type Drained, drainedOf, drains } from '#plan/index.ts';

/**
 * Services that a drain would leave with nobody: no other member that can be called and is not drained of them has a ready endpoint.
 *
 * @param members all of the set
 * @param exports of the whole set, as on the hub
 * @param drained what is to be drained of `cluster`
 * @returns `namespace/name`, with the ports where others have some of them
 */
export function leftAlone(
  members: readonly MemberCluster[],
  exports: readonly ClusterExport[],
  cluster: string,
  drained: Drained,
): string[] {
  const known = new Map(members.map((member) => [member.metadata.name, member]));
  const serving = exports.filter(({ spec }) => spec.withdrawn === undefined).map(servingPorts);
  const others = serving.filter(({ member, service }) => {
    const other = known.get(member);
    return member !== cluster && other && canBeCalled(other) && !drains(drainedOf(other.spec ?? {}), service);
  });
  return serving
    .filter(({ member, service }) => member === cluster && drains(drained, service))
    .flatMap(({ service, ports }) => {
      const had = new Set(others.filter((other) => other.service === service).flatMap((other) => other.ports));
      const alone = ports.filter((port) => !had.has(port));
      if (alone.length === 0) return [];
      return [alone.length === ports.length ? service : `${service} (${alone.join(', ')})`];
    })
    .toSorted();
}

function canBeCalled({ spec, status }: MemberCluster): boolean {
  return !spec?.removed && !status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'False');
}

/** Ports with a ready endpoint, by protocol and number: names may differ from member to member. */
function servingPorts({ metadata, spec }: ClusterExport) {
  const ports = spec.ports.filter(({ ready }) => ready > 0).map(({ protocol, port }) => `${port}/${protocol}`);
  const member = memberOfHubNamespace(metadata.namespace ?? '') ?? '';
  return { member, service: `${spec.service.namespace}/${spec.service.name}`, ports };
}
