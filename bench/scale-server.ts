/** A cluster's API server with many services in it, for `scale.ts`: writes an admin's kubeconfig and says so, then takes orders. */
import { writeFileSync } from 'node:fs';
import { ENDPOINT_SLICES, NODES } from '#api/index.ts';
import { startFullCluster } from './scale-cluster.ts';
import { putServices, slice } from './scale-objects.ts';

const [path = '', services = '10000', backends = '10'] = process.argv.slice(2);

const { client, kubeconfig } = await startFullCluster('member', (put) => {
  put(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  putServices(put, Number(services), Number(backends));
});
writeFileSync(path, kubeconfig);
process.send?.('serving');
process.on('message', (order: { readonly change: number; readonly round: number }) => void change(order));
process.on('disconnect', () => process.exit());

async function change({ change: i, round }: { readonly change: number; readonly round: number }): Promise<void> {
  const { metadata, endpoints } = slice(i, Number(backends), round);
  await client.patch(ENDPOINT_SLICES, metadata, { endpoints });
  process.send?.(`changed ${round}`);
}
