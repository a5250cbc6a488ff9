/** The API servers of `scale-member.ts`: a cluster that exports many services, and its hub, where a second member exports as ordered. */
import { writeFileSync } from 'node:fs';
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  hubNamespace,
  MEMBER_CLUSTERS,
  type MemberCluster,
  NAMESPACES,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  type ServiceImport,
} from '#api/index.ts';
import { sleep, systemClock } from '#kit/index.ts';
import { startFullCluster } from './scale-cluster.ts';
import { nameOf, putServices } from './scale-objects.ts';

const [memberPath = '', hubPath = '', services = '10000'] = process.argv.slice(2);
const count = Number(services);

const member = await startFullCluster('member', (put) => {
  put(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } });
  putServices(put, count, 2);
  for (let i = 0; i < count; i++)
    put(SERVICE_EXPORTS, {
      apiVersion: `multicluster.x-k8s.io/${SERVICE_EXPORTS.version}`,
      kind: 'ServiceExport',
      metadata: nameOf(i),
    });
});
const hub = await startFullCluster('hub', (put) => {
  for (const name of ['a', 'b']) {
    put(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: hubNamespace(name) } });
    put(MEMBER_CLUSTERS, memberCluster(name));
  }
});
writeFileSync(memberPath, member.kubeconfig);
writeFileSync(hubPath, hub.kubeconfig);
process.send?.('serving');
process.on('message', (order: { readonly add?: string }) => void answer(order));
process.on('disconnect', () => process.exit());

/** Adds an export of the other member and waits for its import, or says how many services are imported. */
async function answer({ add }: { readonly add?: string }): Promise<void> {
  if (add === undefined) return void process.send?.((await member.client.list(SERVICE_IMPORTS)).filter(isReady).length);
  await hub.client.create(CLUSTER_EXPORTS, exported(add));
  for (;;) {
    const found = await member.client.find<ServiceImport>(SERVICE_IMPORTS, { namespace: 'team-0', name: add });
    if (found && isReady(found)) break;
    await sleep(systemClock, 2);
  }
  process.send?.('imported');
}

function isReady(object: object): boolean {
  return (
    (object as ServiceImport).status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
    false
  );
}

function memberCluster(name: string): MemberCluster {
  const spec = { region: 'eu', zone: name, group: 'default', transport: 'Plain' as const };
  return { apiVersion: 'sealane.dev/v1alpha1', kind: 'MemberCluster', metadata: { name }, spec };
}

function exported(name: string): ClusterExport {
  return {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'ClusterExport',
    metadata: { namespace: hubNamespace('b'), name: `team-0.${name}` },
    spec: {
      cluster: 'b',
      service: { namespace: 'team-0', name },
      type: 'ClusterSetIP',
      ipFamilies: ['IPv4'],
      ports: [{ name: 'http', protocol: 'TCP', port: 80, lanePort: 10_000, ready: 1, total: 1 }],
      epoch: 1,
    },
  } as ClusterExport;
}
