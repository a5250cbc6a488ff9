/** An authority for each API server, its server certificate, and a kubeconfig for everyone who calls it. */
import { users } from '#api/index.ts';
import { type Authority, createAuthority, createTokenKey } from '#identity/index.ts';
import { addressAt, formatIp } from '#kit/index.ts';
import type { Topology } from '#sandbox/topology/index.ts';
import { type KubeconfigEntry, kubeconfigText } from './kubeconfig.ts';
import { sandboxUser } from './rights.ts';
import { type StatePaths, writeState } from './state.ts';

export const API_PORT = 6443;

interface ApiServer {
  /** `hub` or the cluster's name. */
  readonly name: string;
  /** Where its own cluster's processes reach it. */
  readonly near: string;
  /** Where everyone else does. */
  readonly far: string;
  /** More addresses for its certificate. */
  readonly addresses: readonly string[];
  readonly users: readonly User[];
}

interface User {
  readonly file: string;
  readonly commonName: string;
  /** Calls by the address that everyone reaches. */
  readonly isFar?: boolean;
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
      near: hub.wanAddress,
      far: hub.wanAddress,
      addresses: [],
      users: [
        user('hub', users.hub),
        user('propagation', sandboxUser('propagation')),
        ...clusters.map(({ name }) => user(`member-${name}`, users.memberOnHub(name))),
      ],
    },
    ...clusters.map(({ name, lanAddress, wanAddress, serviceRange, nodes }) => ({
      name,
      near: lanAddress,
      far: wanAddress,
      addresses: [formatIp(addressAt(serviceRange, 1))],
      users: [
        user('member', users.member),
        { ...user('propagation', sandboxUser('propagation')), isFar: true },
        ...(['kubelet', 'cluster-dns'] as const).map((it) => user(it, sandboxUser(it))),
        // `sealane trace` reads it too, from the machine.
        ...nodes.map((node) => ({
          ...user(`agent-${node.name}`, users.agent),
          isFar: true,
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
  const entry = { name: server.name, authority: authority.certificate, user: admin, server: url(server.far) };
  writeState(paths.kubeconfigOf(server.name, 'admin'), kubeconfigText([{ ...entry, server: url(server.near) }]));
  return entry;
}

async function writeServerCertificate(paths: StatePaths, server: ApiServer, authority: Authority): Promise<void> {
  const { certificate, key } = await authority.issue({
    commonName: 'apiserver',
    addresses: [...new Set(['127.0.0.1', server.near, server.far, ...server.addresses])],
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
  const { file, commonName, isFar = false } = who;
  const credential = await authority.issue({ commonName, usages: ['client'] });
  const entry = {
    name: server.name,
    authority: authority.certificate,
    user: credential,
    server: url(isFar ? server.far : server.near),
  };
  writeState(paths.kubeconfigOf(server.name, file), kubeconfigText([entry]));
}

function url(address: string): string {
  return `https://${address}:${API_PORT}`;
}
