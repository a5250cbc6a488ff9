/** What the node's resolver answers from. */
import { splitKey } from '#objects/index.ts';
import { type DnsEndpoint, type DnsSnapshot, dnsView, drainedOf, drains } from '#plan/index.ts';
import { importedCluster } from '../compile/imported-cluster.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { importOf, policyOf } from '../watch/inputs.ts';

export function snapshotOf(view: ClusterView): DnsSnapshot {
  const keys = view.imports.keys();
  const imports = keys.flatMap((key) => importOf(view, key) ?? []);
  const ordinary = keys.filter((key) => policyOf(view, key)?.winner.value.policy.appliesTo.includes('Service'));
  return dnsView({
    imports: imports.map(({ metadata, spec }) => ({
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      type: spec.type,
      ips: spec.ips ?? [],
      ports: spec.ports ?? [],
      ...(spec.type === 'Headless' && { endpoints: readyEndpoints(view, `${metadata.namespace}/${metadata.name}`) }),
    })),
    ordinaryNames: ordinary.map(nameOf),
    localServices: view.services
      .list()
      .map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name })),
  });
}

function nameOf(key: string) {
  const { namespace = '', name } = splitKey(key);
  return { namespace, name };
}

function readyEndpoints(view: ClusterView, service: string): DnsEndpoint[] {
  const isLeaving = (cluster: string) => drains(drainedOf(view.members.get(cluster)?.spec ?? {}), service);
  const imported = view.slicesOf(service).flatMap((slice) => importedCluster(slice) ?? []);
  return imported.flatMap(({ cluster, endpoints }) =>
    endpoints
      .filter(({ ready }) => ready)
      .map(({ address, podAddress, hostname }) => ({
        cluster,
        addresses: [address],
        ...(isLeaving(cluster) && { leaving: true }),
        ...(hostname && { hostname }),
        ...(podAddress !== address && { podAddress }),
      })),
  );
}
