/** Every port that a cluster calls, as its agents would decide it. */
import type { ViewedPort } from '#explain/index.ts';
import type { Verdicts } from '#plan/index.ts';
import { compileService, type Site } from '../compile/service-tables.ts';
import { downMembers } from '../duties/apply-verdicts.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { inputsOf, siteOf } from '../watch/inputs.ts';

/** @param verdicts of its gateways on those of others */
export function memberPorts(
  view: ClusterView,
  where: Pick<Site, 'cluster' | 'node' | 'serviceProxy'>,
  verdicts: Verdicts,
): ViewedPort[] {
  const site = siteOf(view, where, verdicts);
  const down = downMembers(view.members.list(), where.cluster, verdicts);
  return [...view.serviceNames()].flatMap((service) => {
    const inputs = inputsOf(view, service);
    // Addresses of both families are decided alike.
    const seen = new Set<string>();
    return compileService(site, inputs).decisions.flatMap(({ port, protocol, request, compiled }) => {
      const key = `${port}/${protocol} ${request.calledAs}`;
      if (seen.has(key)) return [];
      seen.add(key);
      const { calledAs } = request;
      return [{ consumer: where.cluster, ...inputs.name, port, protocol, calledAs, request, compiled, down }];
    });
  });
}
