/** Every port that a cluster calls, as its agents would decide it. */
import type { ViewedPort } from '#explain/index.ts';
import { compileService, type Site } from '../compile/service-tables.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { inputsOf, siteOf } from '../watch/inputs.ts';

export function memberPorts(view: ClusterView, where: Pick<Site, 'cluster' | 'node' | 'serviceProxy'>): ViewedPort[] {
  const site = siteOf(view, where, {});
  return [...view.serviceNames()].flatMap((service) => {
    const inputs = inputsOf(view, service);
    // Addresses of both families are decided alike.
    const seen = new Set<string>();
    return compileService(site, inputs).decisions.flatMap(({ port, protocol, request, compiled }) => {
      const key = `${port}/${protocol} ${request.calledAs}`;
      if (seen.has(key)) return [];
      seen.add(key);
      const { calledAs } = request;
      return [{ consumer: where.cluster, ...inputs.name, port, protocol, calledAs, request, compiled }];
    });
  });
}
