/** Embedded API servers for tests: real kinds, real rules, memory stores, all under one authority. */
import { startApiServer } from '#apiserver/index.ts';
import { type CustomResourceDefinition, crds, type Role } from '#api/index.ts';
import { compatCrds } from '#compat/index.ts';
import { type Authority, createAuthority } from '#identity/index.ts';
import { silentLog, systemClock } from '#kit/index.ts';
import { type Access, type Client, createClient } from '#kube/index.ts';
import { createMemoryStore, type KubeObject, type Store } from '#objects/index.ts';

export interface TestServer {
  readonly access: Access;
  readonly client: () => Client;
  /** Stops it; what it held stays. */
  close(): Promise<void>;
  /** On the same port: with what it held, or empty. */
  restart(options?: { readonly empty?: boolean }): Promise<void>;
}

let authority: Promise<Authority> | undefined;

export interface TestServerOptions {
  /** As if the hub's CRDs were of another version, or none of ours: any content is taken. */
  readonly loose?: boolean;
  /** Karmada's Cluster is served too. */
  readonly karmada?: boolean;
}

export async function startTestServer(
  role: Role,
  { loose = false, karmada = false }: TestServerOptions = {},
): Promise<TestServer> {
  authority ??= createAuthority('test');
  const root = await authority;
  const leaf = await root.issue({ commonName: 'server', usages: ['server'], addresses: ['127.0.0.1'] });
  const user = await root.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  const ours: readonly KubeObject[] = loose ? crds({ role }).map(unchecked) : crds({ role });
  const kinds = [...ours, ...(karmada ? [KARMADA_CLUSTER] : []), ...(role === 'member' ? compatCrds() : [])];
  let store: Store = createMemoryStore();
  const start = (port: number) =>
    startApiServer({
      address: '127.0.0.1',
      port,
      tls: { certificate: leaf.certificate, key: leaf.key, clientAuthority: root.certificate },
      store,
      serviceRanges: ['10.96.0.0/16', 'fd00:96::/112'],
      crds: kinds,
      clock: systemClock,
      log: silentLog,
    });
  let server = await start(0);
  const { port } = server;
  const access: Access = {
    server: `https://127.0.0.1:${port}`,
    ca: root.certificate,
    cert: user.certificate,
    key: user.key,
  };
  return {
    access,
    client: () => createClient(access),
    close: () => server.close(),
    async restart({ empty = false } = {}) {
      await server.close();
      if (empty) store = createMemoryStore();
      server = await start(port);
    },
  };
}

const ANYTHING = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const KARMADA_CLUSTER: KubeObject & { readonly spec: object } = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'clusters.cluster.karmada.io' },
  spec: {
    group: 'cluster.karmada.io',
    scope: 'Cluster',
    names: { plural: 'clusters', singular: 'cluster', kind: 'Cluster' },
    versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: ANYTHING } }],
  },
};

function unchecked(crd: CustomResourceDefinition): KubeObject {
  const versions = (crd.spec['versions'] as readonly object[]).map((version) => ({
    ...version,
    schema: { openAPIV3Schema: ANYTHING },
  }));
  return { ...crd, spec: { ...crd.spec, versions } } as KubeObject;
}
