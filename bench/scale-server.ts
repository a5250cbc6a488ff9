/** A cluster's API server with many services in it, for `scale.ts`: writes an admin's kubeconfig and says so, then takes orders. */
import { writeFileSync } from 'node:fs';
import {
  type CustomResourceDefinition,
  crds,
  ENDPOINT_SLICES,
  type EndpointSlice,
  NAMESPACES,
  NODES,
  SERVICES,
  type Service,
} from '#api/index.ts';
import { startApiServer } from '#apiserver/index.ts';
import { compatCrds } from '#compat/index.ts';
import { createAuthority } from '#identity/index.ts';
import { silentLog, systemClock } from '#kit/index.ts';
import { type Client, createClient } from '#kube/index.ts';
import { createMemoryStore, type KubeObject } from '#objects/index.ts';

const [kubeconfig = '', services = '10000', backends = '10'] = process.argv.slice(2);
const AT_ONCE = 64;

const root = await createAuthority('scale');
const leaf = await root.issue({ commonName: 'server', usages: ['server'], addresses: ['127.0.0.1'] });
const user = await root.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
const kinds: readonly (CustomResourceDefinition | KubeObject)[] = [...crds({ role: 'member' }), ...compatCrds()];
const server = await startApiServer({
  address: '127.0.0.1',
  port: 0,
  tls: { certificate: leaf.certificate, key: leaf.key, clientAuthority: root.certificate },
  store: createMemoryStore(),
  serviceRanges: ['10.64.0.0/12'],
  crds: kinds,
  clock: systemClock,
  log: silentLog,
});
const address = `https://127.0.0.1:${server.port}`;
const client = createClient({ server: address, ca: root.certificate, cert: user.certificate, key: user.key });

await fill(Number(services), Number(backends));
writeFileSync(kubeconfig, kubeconfigText());
process.send?.('serving');
process.on('message', (order: { readonly change: number; readonly round: number }) => void change(order));
process.on('disconnect', () => process.exit());

async function fill(count: number, each: number): Promise<void> {
  await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  for (let i = 0; i < 50; i++)
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `team-${i}` } });
  for (let first = 0; first < count; first += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, i) => first + i);
    await Promise.all(batch.map((i) => add(client, i, each)));
  }
}

async function add(to: Client, i: number, each: number): Promise<void> {
  await to.create<Service>(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: nameOf(i),
    spec: { selector: { app: nameOf(i).name }, ports: [{ name: 'http', protocol: 'TCP', port: 80 }] },
  } as Service);
  await to.create<EndpointSlice>(ENDPOINT_SLICES, slice(i, each, 0));
}

function nameOf(i: number) {
  return { namespace: `team-${i % 50}`, name: `a-service-with-a-name-${i}` };
}

/** @param round the last pod of a later round is another one */
function slice(i: number, each: number, round: number): EndpointSlice {
  const { namespace, name } = nameOf(i);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name: `${name}-x7k2p`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: Array.from({ length: each }, (_, j) => ({
      addresses: [
        `10.${128 + (j === each - 1 ? round % 64 : 0)}.${((i * each + j) >> 8) & 255}.${(i * each + j) & 255}`,
      ],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${j}`,
      zone: 'z1',
      targetRef: { kind: 'Pod', namespace, name: `${name}-${j}` },
    })) as EndpointSlice['endpoints'],
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  };
}

async function change({ change: i, round }: { readonly change: number; readonly round: number }): Promise<void> {
  const { metadata, endpoints } = slice(i, Number(backends), round);
  await client.patch(ENDPOINT_SLICES, metadata, { endpoints });
  process.send?.(`changed ${round}`);
}

function kubeconfigText(): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'scale',
    contexts: [{ name: 'scale', context: { cluster: 'scale', user: 'scale' } }],
    clusters: [{ name: 'scale', cluster: { server: address, 'certificate-authority-data': base64(root.certificate) } }],
    users: [
      {
        name: 'scale',
        user: { 'client-certificate-data': base64(user.certificate), 'client-key-data': base64(user.key) },
      },
    ],
  });
}
