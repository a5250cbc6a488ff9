/** An API server that is full from the start, for the servers of `scale.ts` and `scale-member.ts`. */
import { randomUUID } from 'node:crypto';
import { type CustomResourceDefinition, crds, type Role } from '#api/index.ts';
import { startApiServer } from '#apiserver/index.ts';
import { compatCrds } from '#compat/index.ts';
import { createAuthority } from '#identity/index.ts';
import { silentLog, systemClock, timestamp } from '#kit/index.ts';
import { type Client, createClient } from '#kube/index.ts';
import { createMemoryStore, type KubeObject, type ResourceType, storeResource } from '#objects/index.ts';

export type Put = (type: ResourceType, object: KubeObject) => void;

export interface FullCluster {
  readonly client: Client;
  /** Text of an admin's. */
  readonly kubeconfig: string;
}

/** @param fill puts objects as the API server would have stored them: through it, ten thousand take minutes */
export async function startFullCluster(role: Role, fill: (put: Put) => void): Promise<FullCluster> {
  const root = await createAuthority('scale');
  const leaf = await root.issue({ commonName: 'server', usages: ['server'], addresses: ['127.0.0.1'] });
  const user = await root.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  const kinds: readonly (CustomResourceDefinition | KubeObject)[] = [
    ...crds({ role }),
    ...(role === 'member' ? compatCrds() : []),
  ];
  const store = createMemoryStore();
  fill((type, object) => {
    const { namespace, name } = object.metadata;
    const made = { uid: randomUUID(), generation: 1, creationTimestamp: timestamp(systemClock) };
    const key = { resource: storeResource(type), name, ...(namespace && { namespace }) };
    store.create(key, { ...object, metadata: { ...object.metadata, ...made } });
  });
  const { port } = await startApiServer({
    address: '127.0.0.1',
    port: 0,
    tls: { certificate: leaf.certificate, key: leaf.key, clientAuthority: root.certificate },
    store,
    serviceRanges: ['10.64.0.0/12'],
    crds: kinds,
    clock: systemClock,
    log: silentLog,
  });
  const access = { server: `https://127.0.0.1:${port}`, ca: root.certificate, cert: user.certificate, key: user.key };
  return { client: createClient(access), kubeconfig: kubeconfigText(access) };
}

interface Access {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

function kubeconfigText({ server, ca, cert, key }: Access): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'scale',
    contexts: [{ name: 'scale', context: { cluster: 'scale', user: 'scale' } }],
    clusters: [{ name: 'scale', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'scale', user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
  });
}
