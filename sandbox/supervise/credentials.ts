/** An authority for each API server, its server certificate, and a kubeconfig for everyone who calls it. */
import { users } from '#api/index.ts';
import { type Authority, createAuthority, createTokenKey } from '#identity/index.ts';
import { addressAt, formatEndpoint, formatIp } from '#kit/index.ts';
import { addressFamily, inFamilies, type PerFamily, perFamily, type Topology } from '#sandbox/topology/index.ts';
import { type KubeconfigEntry, kubeconfigText } from './kubeconfig.ts';
import { sandboxUser } from './rights.ts';
import { type StatePaths, writeState } from './state.ts';

export const API_PORT = 6443;

interface ApiServer {
  /** `hub` or the cluster's name. */
  readonly name: string;
  /** Where its own cluster's processes reach it. */
  readonly near: PerFamily<string>;
  /** Where everyone else does. */
  readonly far: PerFamily<string>;
  /** More addresses for its certificate. */
  readonly addresses: readonly string[];
  readonly users: readonly User[];
}

interface User {
  readonly file: string;
  readonly commonName: string;
  /** Where it calls; by default the first of the near ones. */
  readonly address?: string;
}

const ADMINS = ['system:masters'];

/** Writes pki/, kubeconfig.d/ and the merged kubeconfig. */
export async function writeCredentials(paths: StatePaths, topology: Topology): Promise<void> {
  const entries = await Promise.all(apiServers(topology).map((server) => writeServer(paths, server)));
  writeState(paths.kubeconfig, kubeconfigText(entries));
}

export function apiServers({ hub, clusters }: Topology): ApiServer[] {
  return [
    {
      name: 'hub',
      near: hub.wanAddresses,
      far: hub.wanAddresses,
      addresses: [],
      users: [
        user('hub', users.hub),
        user('propagation', sandboxUser('propagation')),
        ...clusters.map(({ name, families }) => ({
          ...user(`member-${name}`, users.memberOnHub(name)),
          address: inFamilies(hub.wanAddresses, families, addressFamily)[0],
        })),
      ],
    },
    ...clusters.map(({ name, lanAddresses, wanAddresses, serviceRanges, nodes }) => ({
      name,
      near: lanAddresses,
      far: wanAddresses,
      addresses: perFamily(serviceRanges, (range) => formatIp(addressAt(range, 1))),
      users: [
        user('member', users.member),
        { ...user('propagation', sandboxUser('propagation')), address: wanAddresses[0] },
        ...(['kubelet', 'cluster-dns'] as const).map((it) => user(it, sandboxUser(it))),
        // `sealane trace` reads it too, from the machine.
        ...nodes.map((node) => ({
          ...user(`agent-${node.name}`, users.agent),
          address: wanAddresses[0],
        })),
      ],
    })),
  ];
}

/** What each may do, roles say (`rights.ts`). */
function user(file: string, commonName: string): User {
  return { file, commonName };
}

/** @returns what the merged kubeconfig says of it */
async function writeServer(paths: StatePaths, server: ApiServer): Promise<KubeconfigEntry> {
  const authority = await createAuthority(`sealane-sandbox-${server.name}`);
  await writeServerCertificate(paths, server, authority);
  await Promise.all(server.users.map((who) => writeUser(paths, server, authority, who)));
  const admin = await authority.issue({ commonName: 'admin', organizations: ADMINS, usages: ['client'] });
  const entry = { name: server.name, authority: authority.certificate, user: admin, server: url(server.far[0]) };
  writeState(paths.kubeconfigOf(server.name, 'admin'), kubeconfigText([{ ...entry, server: url(server.near[0]) }]));
  return entry;
}

async function writeServerCertificate(paths: StatePaths, server: ApiServer, authority: Authority): Promise<void> {
  const { certificate, key } = await authority.issue({
    commonName: 'apiserver',
    addresses: [...new Set(['127.0.0.1', '::1', ...server.near, ...server.far, ...server.addresses])],
    dnsNames: [
      'localhost',
      ...['', '.default', '.default.svc', '.default.svc.cluster.local'].map((end) => `kubernetes${end}`),
    ],
    usages: ['server'],
  });
  writeState(paths.pki(server.name, 'ca.crt'), authority.certificate);
  writeState(paths.pki(server.name, 'ca.key'), authority.key);
  writeState(paths.pki(server.name, 'apiserver.crt'), certificate);
  writeState(paths.pki(server.name, 'apiserver.key'), key);
  writeState(paths.pki(server.name, 'tokens.key'), createTokenKey());
}

async function writeUser(paths: StatePaths, server: ApiServer, authority: Authority, who: User): Promise<void> {
  const { file, commonName, address = server.near[0] } = who;
  const credential = await authority.issue({ commonName, usages: ['client'] });
  const entry = {
    name: server.name,
    authority: authority.certificate,
    user: credential,
    server: url(address),
  };
  writeState(paths.kubeconfigOf(server.name, file), kubeconfigText([entry]));
}

function url(address: string): string {
  return `https://${formatEndpoint(address, API_PORT)}`;
}
